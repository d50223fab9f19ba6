import type { ReactElement } from 'react';
import { hueOf } from './hue.ts';
import { namesOf, type Room } from './room.ts';

interface PeopleProps {
  readonly people: Room['people'];
  readonly me: string;
}

export function People({ people, me }: PeopleProps): ReactElement {
  return (
    <section className="people" aria-labelledby="people">
      <h2 id="people">Here now</h2>
      <ul>
        {namesOf(people).map((name) => (
          <li key={name} style={hueOf(name)}>
            {name}
            {name === me && <small> (you)</small>}
          </li>
        ))}
      </ul>
    </section>
  );
}
