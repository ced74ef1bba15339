import { expect, test } from 'vitest';
import { linkWarnings } from '../../src/api/content/links.js';

test('links and pictures that can only be broken are named, each once; the others are not', () => {
  expect(
    linkWarnings(`
      <a href="">a</a> <a href='#'>b</a> <a href="#top">c</a> <A class="x > y" HREF="/offers">d</A> <a href="/offers">e</a>
      <a href="https://example.org/a?b=1&amp;c=2">f</a> <a href=mailto:a@example.org>g</a> <a href="//example.org/x">h</a>
      <a href="http://localhost:3000/">i</a> <a href="https://intranet/">j</a> <a href="https://exa mple.org">k</a>
      <a href="javascript:alert(1)">l</a> <img alt="" src="logo.png"> <img src="http://example.org/a.png"> <img src="cid:logo">
      <!-- <a href="gone"> -->`),
  ).toEqual([
    'A link has no address.',
    'A link goes to "/offers", which is not complete: begin it with https://.',
    'A link goes to "//example.org/x": begin it with https:, mail programs add nothing.',
    'A link goes to this machine alone, which no recipient reaches: "http://localhost:3000/".',
    'A link goes to "https://intranet/", whose host is not complete.',
    'A link has an address that cannot be read: "https://exa mple.org".',
    'A link is a script, which mail programs do not run: "javascript:alert(1)".',
    'A picture goes to "logo.png", which is not complete: begin it with https://.',
    'A picture is loaded without encryption, which many mail programs refuse: "http://example.org/a.png".',
  ]);
  expect(linkWarnings('<a href="http://localhost/u/x">Unsubscribe</a>', 'http://localhost/u/x')).toEqual([]);
});

test('a megabyte of tags that never end is read in no time', () => {
  const begun = performance.now();
  linkWarnings('<a "'.repeat(250_000));
  linkWarnings('<a x='.repeat(200_000));
  expect(performance.now() - begun).toBeLessThan(2000);
});
