import { type ReactElement, useId } from 'react';

export type Context = { readonly [key: string]: unknown };

/** What is wrong with a text that should be a JSON object; the object, where nothing is. */
export function parsed(text: string): Context | string {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Context;
    return 'A context is a JSON object: { … }.';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

interface JsonFieldProps {
  readonly label: string;
  readonly text: string;
  readonly onText: (text: string) => void;
}

export function JsonField({ label, text, onText }: JsonFieldProps): ReactElement {
  const fault = parsed(text);
  const id = useId();
  return (
    <label className="json">
      {label}
      <textarea
        value={text}
        rows={16}
        spellCheck={false}
        aria-invalid={typeof fault === 'string'}
        aria-describedby={id}
        onChange={(event) => onText(event.target.value)}
      />
      <span id={id} className={typeof fault === 'string' ? 'fault' : 'note'}>
        {typeof fault === 'string' ? fault : 'Valid JSON'}
      </span>
    </label>
  );
}
