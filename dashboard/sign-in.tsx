import { type FormEvent, type ReactElement, useState } from 'react';

interface SignInProps {
  readonly onToken: (token: string) => void;
  readonly wasRefused: boolean;
}

/** Where the server has an access policy, and does not know who asks. */
export function SignIn({ onToken, wasRefused }: SignInProps): ReactElement {
  const [token, setToken] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (token.trim() !== '') onToken(token.trim());
  };
  return (
    <form className="card narrow" onSubmit={submit}>
      <h1>Who are you?</h1>
      <p>This server wants to know who asks. Your token stays in this tab, and is sent to this server alone.</p>
      {wasRefused && (
        <p role="alert" className="failure">
          That token was refused, or has expired.
        </p>
      )}
      <label>
        Token
        <input
          type="password"
          autoComplete="off"
          value={token}
          onChange={(event) => setToken(event.target.value)}
          spellCheck={false}
        />
      </label>
      <button type="submit" className="main">
        Sign in
      </button>
    </form>
  );
}
