/** The mail that is measured: 5 KB of HTML with personal parts, the same for both sides. */
export const subject = '{{ contact.name }}, the news of this week';

const paragraph =
  '<p style="margin:0 0 16px;font:16px/1.5 Georgia,serif;color:#222">Durable things are made of small promises that are kept, ' +
  'each of them written down before anything is done, so that whoever comes later can see what happened and what did not. ' +
  '<a href="https://example.com/articles/{{ n }}">Read on</a></p>\n';

/** HTML with Liquid, about 5 KB. */
export const html =
  '<!doctype html><html><body style="margin:0;padding:24px;background:#fafafa">\n<h1>Hello {{ contact.name }}</h1>\n' +
  '<p>You are in {{ contact.attributes.city | default: "town" }} and read as {{ contact.email }}.</p>\n' +
  Array.from({ length: 14 }, (_, i) => paragraph.replace('{{ n }}', String(i + 1))).join('') +
  '<p><a href="{{ unsubscribeUrl }}">Unsubscribe</a></p>\n</body></html>\n';

/** The same, filled in for one contact: what a script around nodemailer does. */
export function filledIn(text: string, contact: { name: string; email: string; city: string }): string {
  return text
    .replaceAll('{{ contact.name }}', contact.name)
    .replaceAll('{{ contact.email }}', contact.email)
    .replaceAll('{{ contact.attributes.city | default: "town" }}', contact.city)
    .replaceAll(
      '{{ unsubscribeUrl }}',
      `https://news.example.com/u/${Buffer.from(contact.email).toString('base64url')}`,
    );
}

/** The contact of a number. */
export function contactOf(n: number): { name: string; email: string; city: string } {
  return { name: `Reader ${n}`, email: `reader.${n}@example.com`, city: ['Riga', 'Lima', 'Oslo', 'Accra'][n % 4]! };
}

/** A CSV file of contacts, in pieces of some thousand lines. */
export function* contactsCsv(count: number): Generator<string> {
  let piece = 'email,name,city\r\n';
  for (let n = 1; n <= count; n++) {
    const { email, name, city } = contactOf(n);
    piece += `${email},${name},${city}\r\n`;
    if (n % 5_000 === 0) {
      yield piece;
      piece = '';
    }
  }
  if (piece !== '') yield piece;
}
