import '@mantine/core/styles.layer.css';
import '@mantine/notifications/styles.layer.css';
import './theme.css';
import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from './queryClient.js';
import { router } from './routes.js';
import { sessionQuery } from './session.js';
import { cssVariables, theme } from './theme.js';

const colourScheme = localStorageColorSchemeManager({ key: 'oncemail-colour-scheme' });

const element = document.getElementById('root');
if (!element) throw new Error('index.html has no #root.');

/** Replaces what index.html shows when the code of the page and the session are there, so that nothing of it comes and goes. */
async function start(root: HTMLElement): Promise<void> {
  const framed = document.documentElement.classList.contains('framed');
  await Promise.all([router.load(), framed ? queryClient.prefetchQuery(sessionQuery) : undefined]);
  createRoot(root).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={cssVariables}
        defaultColorScheme="auto"
        colorSchemeManager={colourScheme}
      >
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
}

// Not awaited here: pages import from this file, and would wait for it to end.
void start(element);
