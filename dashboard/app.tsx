import { ArpeggioProvider } from 'arpeggio/react';
import { type ReactElement, useEffect, useState } from 'react';
import { Provider } from 'urql';
import { type Connections, connect, type Link } from './connections.ts';
import { ContextPage } from './context/context-page.tsx';
import { ContextsPage } from './contexts/contexts-page.tsx';
import { hrefOf, type Route, useRoute } from './route.ts';
import { SignIn } from './sign-in.tsx';
import { SystemPage } from './system/system-page.tsx';

/** Gone with the tab. */
const TOKEN = 'arpeggio:token';

const LINKS: { readonly [link in Link]: string } = {
  connecting: 'Connecting…',
  connected: 'Connected',
  reconnecting: 'Reconnecting… What you see is as it was.',
};

export function App(): ReactElement {
  const [token, setToken] = useState(() => sessionStorage.getItem(TOKEN));
  const [isAsked, setIsAsked] = useState(false);
  const [link, setLink] = useState<Link>('connecting');
  const [connections, setConnections] = useState<Connections>();
  useEffect(() => {
    let isOver = false;
    const made = connect(token, {
      onLink(next) {
        if (!isOver) setLink((now) => (now === 'connecting' && next === 'reconnecting' ? now : next));
      },
      onUnauthenticated() {
        if (!isOver) setIsAsked(true);
      },
    });
    setConnections(made);
    return () => {
      isOver = true;
      setConnections(undefined);
      made.close();
    };
  }, [token]);
  const signIn = (next: string | null): void => {
    if (next === null) sessionStorage.removeItem(TOKEN);
    else sessionStorage.setItem(TOKEN, next);
    setIsAsked(false);
    setLink('connecting');
    setToken(next);
  };
  const route = useRoute();
  useEffect(() => {
    document.title = `${titleOf(route)} – Arpeggio`;
  }, [route]);
  return (
    <>
      <button type="button" className="skip" onClick={() => document.querySelector<HTMLElement>('main')?.focus()}>
        Skip to the content
      </button>
      <header className="top">
        <a className="brand" href={hrefOf({ page: 'contexts', prefix: '' })}>
          Arpeggio
        </a>
        <nav aria-label="Pages">
          <Tab to={{ page: 'contexts', prefix: '' }} isHere={route.page !== 'system'} name="Contexts" />
          <Tab to={{ page: 'system' }} isHere={route.page === 'system'} name="System" />
        </nav>
        <p role="status" className={`link ${link}`}>
          {LINKS[link]}
        </p>
        {token !== null && (
          <button type="button" className="quiet" onClick={() => signIn(null)}>
            Sign out
          </button>
        )}
      </header>
      <main tabIndex={-1}>
        {isAsked ? (
          <SignIn onToken={signIn} wasRefused={token !== null} />
        ) : (
          connections && (
            <Provider value={connections.urql}>
              <ArpeggioProvider client={connections.replicas}>
                <Page route={route} link={link} />
              </ArpeggioProvider>
            </Provider>
          )
        )}
      </main>
    </>
  );
}

function titleOf(route: Route): string {
  return route.page === 'context' ? route.id : route.page === 'system' ? 'System' : 'Contexts';
}

function Tab({
  to,
  isHere,
  name,
}: {
  readonly to: Route;
  readonly isHere: boolean;
  readonly name: string;
}): ReactElement {
  return (
    <a href={hrefOf(to)} aria-current={isHere ? 'page' : undefined}>
      {name}
    </a>
  );
}

function Page({ route, link }: { readonly route: Route; readonly link: Link }): ReactElement {
  switch (route.page) {
    case 'contexts':
      return <ContextsPage key={route.prefix} prefix={route.prefix} link={link} />;
    case 'context':
      return <ContextPage key={route.id} id={route.id} />;
    case 'system':
      return <SystemPage />;
  }
}
