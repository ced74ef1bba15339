import { convert, type HtmlToTextOptions } from 'html-to-text';

const options: HtmlToTextOptions = {
  wordwrap: false,
  selectors: [
    { selector: 'img', format: 'alternativeText' },
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: { uppercase: false } })),
    // Tables in mails are layout more often than data: rows become lines, cells are set apart by a blank.
    { selector: 'table', format: 'block' },
    { selector: 'tr', format: 'block', options: { leadingLineBreaks: 1, trailingLineBreaks: 1 } },
    ...['td', 'th'].map((selector) => ({ selector, format: 'cell' })),
    { selector: 'a', options: { hideLinkHrefIfSameAsText: true, ignoreHref: false } },
  ],
  formatters: {
    cell(element, walk, builder) {
      walk(element.children, builder);
      builder.addInline(' ', {});
    },
    alternativeText(element, _walk, builder) {
      const alt = (element.attribs as Record<string, string> | undefined)?.['alt'];
      if (alt) builder.addInline(alt, {});
    },
  },
};

/** Plain text of rendered HTML, for people and programs that read no HTML. Costs around a millisecond for a newsletter. */
export function htmlToText(html: string): string {
  return convert(html, options);
}

const liquidToken = /\{%[\s\S]*?%\}|\{\{[\s\S]*?\}\}/g;
/** Filters that make or unmake HTML: what they give is not the text that a person should read. */
const markupFilter = /\|\s*(raw|escape|escape_once|xml_escape|newline_to_br|strip_html)\b/;
const mark = (n: number) => `\ue000${n}\ue001`;
const marks = /\ue000(\d+)\ue001/g;

/**
 * The plain text of an HTML Liquid source, again as Liquid source, so that it need not be made anew for every mail.
 * Null when the source has tags in places where the text of the source would differ from the text of the rendering (a block tag in an
 * attribute or between table rows, markup in values); then the text must be made from each rendering.
 */
export function liquidTextOf(html: string): string | null {
  if (/[\ue000\ue001]/.test(html) || markupFilter.test(html)) return null;
  const tokens: string[] = [];
  const marked = html.replace(liquidToken, (token) => {
    tokens.push(token);
    return mark(tokens.length - 1);
  });
  const text = htmlToText(marked);
  // Literal braces in the text would become tags of their own.
  if (/\{[{%]/.test(text)) return null;
  const isTag = (n: number) => tokens[n]?.startsWith('{%') === true;
  const tagsBefore = tokens.map((_, n) => n).filter(isTag);
  const tagsAfter = [...text.matchAll(marks)].map((m) => Number(m[1])).filter(isTag);
  if (tagsBefore.length !== tagsAfter.length || tagsBefore.some((n, i) => tagsAfter[i] !== n)) return null;
  return text
    .replace(/(^|\n)\ue000(\d+)\ue001\n+/g, (whole, before: string, n: string) =>
      isTag(Number(n)) ? `${before}${mark(Number(n))}` : whole,
    )
    .replace(marks, (_, n: string) => tokens[Number(n)] as string);
}
