import type { ApiAnswer, RequestOptions, TestApi } from './api.js';

/** What a page of the web app sends: its cookie, and where it comes from. */
export interface BrowserPage {
  /** `name=value`, or '' when signed out. */
  cookie: string;
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<ApiAnswer>;
}

/** A page of this server in a browser: keeps the cookie it is given and sends no API key. */
export function browserPage(api: TestApi, cookie = ''): BrowserPage {
  const page: BrowserPage = {
    cookie,
    async send(method, path, body, headers = {}) {
      const options: RequestOptions = {
        key: null,
        headers: { 'sec-fetch-site': 'same-origin', ...(page.cookie ? { cookie: page.cookie } : {}), ...headers },
        ...(body === undefined ? {} : { body }),
      };
      const answer = await api.request(method, path, options);
      const given = answer.headers.get('set-cookie');
      if (given !== null) page.cookie = /Max-Age=0/.test(given) ? '' : (given.split(';')[0] as string);
      return answer;
    },
  };
  return page;
}

export const testPassword = 'correct horse battery staple';

/** A page that somebody of this role has signed in at. */
export async function signedInPage(
  api: TestApi,
  role: 'admin' | 'operator' | 'viewer',
  email = `${role}-${Math.random().toString(36).slice(2)}@example.org`,
): Promise<BrowserPage & { userId: string; email: string }> {
  const { body } = await api.post('users', { email, name: `The ${role}`, role, password: testPassword });
  const page = browserPage(api);
  const answer = await page.send('POST', 'session', { email, password: testPassword });
  if (answer.status !== 200) throw new Error(`signing in was answered ${answer.status}`);
  return Object.assign(page, { userId: body.id as string, email });
}
