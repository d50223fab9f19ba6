import type { ReactElement } from 'react';
import type { CombinedError } from 'urql';

/** What one is told, besides what the server says. */
const ADVICE: { readonly [code: string]: string } = {
  FORBIDDEN: 'Your rights do not reach this far.',
  CONTEXT_NOT_FOUND: 'It may have been deleted meanwhile.',
  STORE_UNAVAILABLE: 'The store does not answer. It is worth trying again.',
  EXPORT_NOT_CONFIGURED: 'The server was started without an archive.',
  RESTORE_NOT_CONFIGURED: 'The server was started without an archive.',
};

export function codeOf(error: CombinedError | undefined): string | undefined {
  const code = error?.graphQLErrors[0]?.extensions['code'];
  return typeof code === 'string' ? code : undefined;
}

export function Failure({ error }: { readonly error: CombinedError | undefined }): ReactElement | null {
  if (!error) return null;
  const code = codeOf(error);
  const message = error.networkError ? 'The server can not be reached.' : error.graphQLErrors[0]?.message;
  return (
    <p role="alert" className="failure">
      {message ?? error.message} {code && ADVICE[code]} {code && <code>{code}</code>}
    </p>
  );
}
