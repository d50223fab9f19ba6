import { createClient } from 'arpeggio/client';
import { ArpeggioProvider } from 'arpeggio/react';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Chat } from './chat.tsx';

const url = `${location.protocol.replace('http', 'ws')}//${location.host}/graphql`;
const client = createClient({ url });

const root = document.querySelector('#root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <ArpeggioProvider client={client}>
        <Chat />
      </ArpeggioProvider>
    </StrictMode>,
  );
}
