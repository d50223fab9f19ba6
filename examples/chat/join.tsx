import type { ReactElement } from 'react';

export interface Seat {
  readonly room: string;
  readonly name: string;
}

export function Join({ onJoin }: { readonly onJoin: (seat: Seat) => void }): ReactElement {
  const join = (form: FormData): void => {
    const text = (field: string): string => String(form.get(field) ?? '').trim();
    const seat = { name: text('name'), room: text('room') };
    if (seat.name && seat.room) onJoin(seat);
  };
  return (
    <main className="join">
      <form action={join}>
        <h1>Come in</h1>
        <label>
          Your name
          <input
            name="name"
            required
            maxLength={40}
            autoComplete="nickname"
            // biome-ignore lint/a11y/noAutofocus: there is nothing else to do on this page
            autoFocus
          />
        </label>
        <label>
          Room
          <input name="room" required maxLength={40} autoComplete="off" defaultValue="lobby" />
        </label>
        <button type="submit">Join</button>
      </form>
    </main>
  );
}
