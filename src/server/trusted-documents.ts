import { readFileSync } from 'node:fs';
import { GraphQLError, parse, validate } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { isObject } from '../json.ts';
import { schema } from '../schema/index.ts';

/** Documents by their ids. */
export type TrustedDocumentsById = { readonly [id: string]: string };

/** How clients ask without the text: as GraphQL over HTTP has it, or Apollo's persisted queries. */
interface Asked {
  readonly query?: unknown;
  readonly documentId?: unknown;
  readonly extensions?: unknown;
}

/** The only documents that run, where there is such a list. */
export class TrustedDocuments {
  readonly #byId: ReadonlyMap<string, string>;
  readonly #texts: ReadonlySet<string>;

  /** @throws TypeError that names the document that is none of this schema */
  constructor(documents: TrustedDocumentsById) {
    this.#byId = new Map(Object.entries(documents));
    for (const [id, text] of this.#byId) {
      const [failure] = failuresOf(text);
      if (failure) throw new TypeError(`trustedDocuments: ${id}: ${failure.message}`);
    }
    this.#texts = new Set(this.#byId.values());
  }

  /** The text of what is asked, by itself or by its id. @throws GraphQLError for one that is not on the list */
  textOf({ query, documentId, extensions }: Asked): string {
    if (typeof query === 'string' && query !== '') return this.#trusted(query);
    const persisted = isObject(extensions) ? extensions['persistedQuery'] : undefined;
    const id = documentId ?? (isObject(persisted) ? persisted['sha256Hash'] : undefined);
    const text = typeof id === 'string' ? this.#byId.get(id) : undefined;
    if (text === undefined) throw UNTRUSTED;
    return text;
  }

  #trusted(text: string): string {
    if (!this.#texts.has(text)) throw UNTRUSTED;
    return text;
  }
}

/** A file is JSON, as code generators write it. */
export function trustedDocuments(given: string | TrustedDocumentsById): TrustedDocuments {
  const documents: unknown = typeof given === 'string' ? JSON.parse(readFileSync(given, 'utf8')) : given;
  if (!isObject(documents) || !Object.values(documents).every((text) => typeof text === 'string'))
    throw new TypeError('trustedDocuments: the documents are an object of texts by their ids.');
  return new TrustedDocuments(documents as TrustedDocumentsById);
}

/** Over HTTP. (Its posts that are answered without Yoga are those of documents that it has let through before.) */
export function useTrustedDocuments(trusted: TrustedDocuments): Plugin {
  return {
    onParams({ params, request, setParams }) {
      const { documentId = inUrlOf(request), ...others } = params as typeof params & Asked;
      setParams({ ...others, query: trusted.textOf({ ...params, documentId }) });
    },
  };
}

/** Of the parameters of a URL Yoga reads only those that GraphQL over HTTP has. */
function inUrlOf({ method, url }: Request): string | undefined {
  return method === 'GET' ? (new URL(url).searchParams.get('documentId') ?? undefined) : undefined;
}

function failuresOf(text: string): readonly Error[] {
  try {
    return validate(schema, parse(text));
  } catch (error) {
    return [error instanceof Error ? error : new Error(String(error))];
  }
}

const UNTRUSTED = new GraphQLError('The document is not one of those that are trusted here.', {
  extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } },
});
