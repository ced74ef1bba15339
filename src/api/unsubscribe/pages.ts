import { escapeHtml, htmlPage } from '../common/html.js';

const button =
  'font: inherit; font-weight: 600; padding: 0.7rem 1.4rem; border: 2px solid currentColor; border-radius: 0.4rem; cursor: pointer;';

/** Asks for the confirmation: opening a link must not unsubscribe, as mail scanners open all of them. */
export function confirmPage(email: string): string {
  return htmlPage(
    'Unsubscribe',
    `<main>
<h1>Unsubscribe?</h1>
<p><strong>${escapeHtml(email)}</strong> will get no further mail from this sender.</p>
<form method="post"><button type="submit" style="${button}">Unsubscribe</button></form>
</main>`,
  );
}

/** What stands there afterwards, and when the link is opened again. */
export function donePage(email: string): string {
  return htmlPage(
    'Unsubscribed',
    `<main>
<h1 role="status">You are unsubscribed</h1>
<p><strong>${escapeHtml(email)}</strong> gets no further mail from this sender. You can close this page.</p>
</main>`,
  );
}

/** For links that are cut short, belong to a preview, or to nobody any more. */
export function unknownLinkPage(): string {
  return htmlPage(
    'This link does not work',
    `<main>
<h1>This link does not work</h1>
<p>It may have been cut short when it was copied, or it comes from a preview or a test. Open it from the mail itself, or use the unsubscribe
button of your mail program. You can also answer the mail and ask to be taken off the list.</p>
</main>`,
  );
}
