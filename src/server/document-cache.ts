/** Longer ones are parsed anew each time: a client that sends the same document again and again sends none that long. */
const MAX_LENGTH = 8192;
const MAX_COUNT = 100;

/** Parsed documents by their text. What is kept has a bound, whatever documents come: the most recently used short ones. */
export class DocumentCache<T> {
  readonly #documents = new Map<string, T>();

  get(text: string): T | undefined {
    const document = this.#documents.get(text);
    if (document !== undefined) this.#put(text, document);
    return document;
  }

  set(text: string, document: T): void {
    if (text.length > MAX_LENGTH) return;
    this.#put(text, document);
    const oldest = this.#documents.keys().next();
    if (this.#documents.size > MAX_COUNT && !oldest.done) this.#documents.delete(oldest.value);
  }

  #put(text: string, document: T): void {
    this.#documents.delete(text);
    this.#documents.set(text, document);
  }
}
