import { Notifications } from '@mantine/notifications';
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { NotFound } from './pages/NotFound.js';
import { CodeMissing, PageCrashed } from './pages/PageCrashed.js';

/** Search parameters are plain texts: `useQueryState` reads and writes them. */
const search = (given: Record<string, unknown>): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(given).map(([name, value]) => [name, value == null ? undefined : String(value)]));

/** As lazyRouteComponent, which would reload the page at once when the code cannot be fetched, whether the server answers or not: PageCrashed looks first. */
function lazily<Module extends Record<string, unknown>>(load: () => Promise<Module>, name?: keyof Module & string) {
  return lazyRouteComponent(
    () =>
      load().catch((error: unknown) => {
        throw new CodeMissing(error);
      }),
    name,
  );
}

const root = createRootRoute({
  validateSearch: search,
  component: Root,
  errorComponent: PageCrashed,
});
const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  component: lazily(() => import('./shell/Shell.js'), 'Shell'),
});

/** Notices are shown here, where the links in them know the router. */
function Root() {
  return (
    <>
      <Outlet />
      <Notifications position="bottom-right" limit={4} autoClose={8000} />
    </>
  );
}

type Load = () => Promise<{ default: React.ComponentType }>;

/** A page for those who are signed in, loaded when it is first opened. The file exports the page as `default`. */
function page<const Path extends string>(path: Path, load: Load) {
  return createRoute({ getParentRoute: () => shell, path, component: lazily(load) });
}

/** A page that needs no session. */
function openPage<const Path extends string>(path: Path, load: Load) {
  return createRoute({ getParentRoute: () => root, path, component: lazily(load) });
}

const index = createRoute({
  getParentRoute: () => shell,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/overview' });
  },
});

const tree = root.addChildren([
  openPage('/sign-in', () => import('./pages/signIn/SignInPage.js')),
  openPage('/setup', () => import('./pages/signIn/SetupPage.js')),
  openPage('/invitation', () => import('./pages/signIn/InvitationPage.js')),
  shell.addChildren([
    index,
    page('/overview', () => import('./pages/overview/OverviewPage.js')),
    page('/runs', () => import('./pages/runs/RunsPage.js')),
    page('/runs/$id', () => import('./pages/runs/RunPage.js')),
    page('/notifications', () => import('./pages/notifications/NotificationsPage.js')),
    page('/automations', () => import('./pages/automations/AutomationsPage.js')),
    page('/automations/new', () => import('./pages/automations/NewAutomationPage.js')),
    page('/automations/$id', () => import('./pages/automations/AutomationPage.js')),
    page('/automations/$id/edit', () => import('./pages/automations/EditAutomationPage.js')),
    page('/campaigns', () => import('./pages/campaigns/CampaignsPage.js')),
    page('/campaigns/new', () => import('./pages/campaigns/CampaignEditorPage.js')),
    page('/campaigns/$id', () => import('./pages/campaigns/CampaignPage.js')),
    page('/campaigns/$id/edit', () => import('./pages/campaigns/CampaignEditorPage.js')),
    page('/templates', () => import('./pages/templates/TemplatesPage.js')),
    page('/templates/new', () => import('./pages/templates/TemplateEditorPage.js')),
    page('/templates/$id', () => import('./pages/templates/TemplateEditorPage.js')),
    page('/lists', () => import('./pages/lists/ListsPage.js')),
    page('/lists/$id', () => import('./pages/lists/ListPage.js')),
    page('/lists/$id/import', () => import('./pages/lists/ImportPage.js')),
    page('/contacts', () => import('./pages/contacts/ContactsPage.js')),
    page('/contacts/$id', () => import('./pages/contacts/ContactPage.js')),
    page('/suppressions', () => import('./pages/suppressions/SuppressionsPage.js')),
    page('/senders', () => import('./pages/senders/SendersPage.js')),
    page('/senders/new', () => import('./pages/senders/SenderEditorPage.js')),
    page('/senders/$id', () => import('./pages/senders/SenderPage.js')),
    page('/senders/$id/edit', () => import('./pages/senders/SenderEditorPage.js')),
    page('/webhooks', () => import('./pages/webhooks/WebhooksPage.js')),
    page('/webhooks/$id', () => import('./pages/webhooks/WebhookPage.js')),
    page('/users', () => import('./pages/users/UsersPage.js')),
    page('/audit', () => import('./pages/audit/AuditPage.js')),
    page('/settings', () => import('./pages/settings/SettingsPage.js')),
    page('/account', () => import('./pages/account/AccountPage.js')),
    createRoute({ getParentRoute: () => shell, path: '$', component: NotFound }),
  ]),
]);

/** The router: everything lies below /app. */
export const router = createRouter({
  routeTree: tree,
  basepath: '/app',
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
  defaultErrorComponent: PageCrashed,
  // Search parameters as they are in any other address, without JSON in them.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (values) => {
    const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== '');
    const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
    return text === '' ? '' : `?${text}`;
  },
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
