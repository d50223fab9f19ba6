import type { ReactElement } from 'react';

interface ComposerProps {
  readonly room: string;
  readonly onSend: (text: string) => void;
}

export function Composer({ room, onSend }: ComposerProps): ReactElement {
  const send = (form: FormData): void => {
    const text = String(form.get('text') ?? '').trim();
    if (text) onSend(text);
  };
  return (
    <form className="composer" action={send}>
      <input
        name="text"
        aria-label="Message"
        placeholder={`Message to ${room}`}
        maxLength={2000}
        autoComplete="off"
        // biome-ignore lint/a11y/noAutofocus: one comes here to write
        autoFocus
      />
      <button type="submit">Send</button>
    </form>
  );
}
