import fc from 'fast-check';
import { Liquid } from 'liquidjs';
import { describe, expect, it, vi } from 'vitest';
import { liquidTextOf } from '../../src/mail/plainText.js';
import {
  compileContent,
  senderVariables,
  TemplateRenderError,
  TemplateSyntaxError,
  type TemplateVariables,
} from '../../src/mail/template.js';

// Hundreds of examples a test take their time on a machine that has other work.
vi.setConfig({ testTimeout: 60_000 });

const variables: TemplateVariables = {
  contact: {
    email: 'ada@example.org',
    name: '<b>Ada</b> & Co',
    attributes: { city: 'Köln', tags: ['x', 'y'], n: 3, vip: true },
  },
  campaign: { name: 'Spring' },
  run: { scheduledFor: '2026-03-29T01:30:00.000Z' },
  sender: senderVariables({ fromName: 'Oncemail', fromEmail: 'news@example.com', replyTo: 'answers@example.com' }),
  unsubscribeUrl: 'https://example.com/u/abc?a=1&b=2',
};

const html = (source: string) => compileContent({ subject: '', html: source }).render(variables).html;

describe('rendering', () => {
  it.each([
    ['{{ contact.email }} {{ campaign.name }} {{ sender.name }}', 'ada@example.org Spring Oncemail'],
    [
      '{{ sender.fromName }} {{ sender.fromEmail }} {{ sender.email }} {{ sender.replyTo }}',
      'Oncemail news@example.com news@example.com answers@example.com',
    ],
    ['{{contact.attributes.city}}', 'Köln'],
    ['{{ contact["attributes"].city }}', 'Köln'],
    ['{{ contact.attributes.n }}{{ contact.attributes.vip }}', '3true'],
    ['{{ contact.attributes.tags }}', 'xy'],
    ['{{ contact.attributes.tags[1] }}', 'y'],
    ['{{ contact.attributes.missing }}|{{ nothing.at.all }}', '|'],
    ['{{ contact.attributes.missing | default: "friend" }}', 'friend'],
    ["{{ contact.attributes.missing | default: 'a < b' }}", 'a &lt; b'],
    ['{{ contact.attributes.city | default: "friend" }}', 'Köln'],
    ['{{ contact.attributes.city | upcase }}', 'KÖLN'],
    ['{{ run.scheduledFor | date: "%Y-%m-%d %H:%M" }}', '2026-03-29 01:30'],
    ['{% if contact.attributes.vip %}yes{% else %}no{% endif %}', 'yes'],
    ['{% for t in contact.attributes.tags %}[{{ t }}]{% endfor %}', '[x][y]'],
    ['a {{- contact.attributes.n -}} b', 'a3b'],
    ['{{ contact.constructor }}{{ contact.__proto__ }}{{ contact.attributes.toString }}', ''],
    ['{{ contact.attributes.tags.size }}', '2'],
    ['{% assign contact = "x" %}{{ contact }}', 'x'],
    ['{% raw %}{{ contact.email }}{% endraw %}', '{{ contact.email }}'],
  ])('renders %s', (source, expected) => {
    expect(html(source)).toBe(expected);
  });

  it('escapes values in HTML, unless raw, and not in subject and text', () => {
    const source = '{{ contact.name }}';
    const rendered = compileContent({
      subject: source,
      html: `${source} {{ contact.name | raw }}`,
      text: source,
    }).render(variables);
    expect(rendered).toEqual({
      subject: '<b>Ada</b> & Co',
      html: '&lt;b&gt;Ada&lt;/b&gt; &amp; Co <b>Ada</b> & Co',
      text: '<b>Ada</b> & Co',
    });
  });

  it('keeps the subject on one line', () => {
    const contact = { ...variables.contact, name: 'a\r\nBcc: eve@example.org\u2028\u0000b' };
    const rendered = compileContent({ subject: ' Hi\n {{ contact.name }} ', html: '' }).render({
      ...variables,
      contact,
    });
    expect(rendered.subject).toBe('Hi a Bcc: eve@example.org b');
  });
});

describe('the short way of rendering', () => {
  const value = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('', ' ', '<&>"\'', '0', 'false'),
    fc.integer(),
    fc.double({ noNaN: true }),
    fc.boolean(),
    fc.constant(null),
    fc.array(fc.string(), { maxLength: 2 }),
    fc.record({ deep: fc.string() }, { noNullPrototype: true }),
  );
  const path = fc.constantFrom(
    'contact.email',
    'contact.name',
    'contact.attributes.a',
    'contact.attributes["a"]',
    "contact['attributes'].b",
    'contact.attributes.a.deep',
    'contact.attributes.a.size',
    'contact.attributes.a[0]',
    'contact.attributes[contact.name]',
    'contact.attributes.missing.deeper',
    'contact',
    'nothing',
    'unsubscribeUrl',
    '"literal"',
    '42',
  );
  const filters = fc.constantFrom(
    '',
    '| default: "x<y"',
    "| default: 'a\\nb'",
    '| default: contact.email',
    '| default: "no", allow_false: true',
    '| raw',
    '| default: "d" | raw',
    '| upcase',
    '| default: "d" | upcase',
    '| escape',
  );
  const tag = fc.oneof(
    fc.tuple(path, filters, fc.constantFrom('', '-')).map(([p, f, trim]) => `{{${trim} ${p} ${f} ${trim}}}`),
    fc.constantFrom(
      ' text ',
      '\n',
      '{% if contact.attributes.a %}{{ contact.attributes.a }}{% endif %}',
      '{% for x in contact.attributes.a %}{{ x }}{% endfor %}',
      '{% assign contact = "changed" %}',
      '{% capture nothing %}captured{% endcapture %}',
      '{% increment nothing %}',
      '{%- liquid assign unsubscribeUrl = 1 -%}',
      '{% break %}',
      '{% cycle "1", "2" %}',
    ),
  );

  it.each([
    ['html', 'escape' as const],
    ['text', undefined],
  ] as const)('gives in %s what liquidjs gives', (field, outputEscape) => {
    const engine = new Liquid({
      ...(outputEscape ? { outputEscape } : {}),
      ownPropertyOnly: true,
      timezoneOffset: 0,
      locale: 'en-US',
    });
    fc.assert(
      fc.property(fc.array(tag, { maxLength: 6 }), value, value, fc.string(), (tags, a, b, name) => {
        const source = `${tags.join('')} `;
        const all = { ...variables, contact: { ...variables.contact, name, attributes: { a, b } } };
        const content = compileContent({ subject: '', html: source, text: `${source}x` });
        expect(content.render(all)[field]).toBe(
          engine.parseAndRenderSync(field === 'text' ? `${source}x` : source, { ...all }),
        );
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('plain text from HTML', () => {
  it('is made once, from the source, and says what the text of each rendering would say', () => {
    const source = `<html><body><h1>Hello {{ contact.attributes.city }}</h1>
      {% if contact.attributes.vip %}<p>For &lt;you&gt; &amp; us</p>{% endif %}
      <p>Go <a href="{{ unsubscribeUrl }}">here</a><br>or stay <img src="{{ contact.attributes.pic }}" alt="Logo"></p></body></html>`;
    const content = compileContent({ subject: '', html: source });
    expect(content.text).not.toBeNull();
    expect(content.render(variables).text).toBe(
      'Hello Köln\n\nFor <you> & us\n\nGo here [https://example.com/u/abc?a=1&b=2]\nor stay Logo',
    );
  });

  it.each([
    ['a tag in an attribute that the text leaves out', '<p style="{% if contact.attributes.vip %}a{% endif %}">x</p>'],
    ['markup in a value', '<p>{{ contact.name | raw }}</p>'],
    ['literal braces', '<p>&#123;&#123; contact.name }}</p>'],
    ['a tag in the head', '<html><head>{% assign x = 1 %}</head><body>{{ x }}</body></html>'],
  ])('is made from each rendering where the source has %s', (_, source) => {
    expect(liquidTextOf(source)).toBeNull();
    expect(compileContent({ subject: '', html: source }).render(variables).text).not.toMatch(/[\ue000\ue001]/);
  });
});

describe('templates that cannot be used', () => {
  it.each([
    ['subject', { subject: 'x {{ a', html: '' }, 1, 3, 'output "{{ a" not closed'],
    ['html', { subject: '', html: 'x\n  {% if a %}' }, 2, 3, 'tag {% if a %} not closed'],
    ['html', { subject: '', html: '{{ a | nope }}' }, 1, 1, 'undefined filter: nope'],
    ['html', { subject: '', html: '{% include "a" %}' }, 1, 1, 'tag "include" not found'],
    ['html', { subject: '', html: '{% render "/etc/passwd" %}' }, 1, 1, 'tag "render" not found'],
    ['html', { subject: '', html: '{% layout "a" %}' }, 1, 1, 'tag "layout" not found'],
    ['text', { subject: '', html: '', text: '{% foo %}' }, 1, 1, 'tag "foo" not found'],
    [
      'html',
      { subject: '', html: 'x'.repeat(10_000_000) },
      1,
      1,
      'it has 10,000,000 characters; 1,000,000 are the most a template may have',
    ],
  ] as const)('says where and why: %s', (field, source, line, column, reason) => {
    let caught: unknown;
    try {
      compileContent(source);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(TemplateSyntaxError);
    expect(caught).toMatchObject({ field, line, column, reason });
  });

  it('stops a rendering that takes too long or too much', () => {
    const loops = '{% for a in (1..100000) %}{% for a in (1..100000) %}x{% endfor %}{% endfor %}';
    expect(() => html(loops)).toThrow(TemplateRenderError);
    expect(() => html('{% for a in (1..1000000000) %}x{% endfor %}')).toThrow(TemplateRenderError);
  });
});

describe('usedVariables', () => {
  it('lists what subject and bodies use, each once', () => {
    const content = compileContent({
      subject: '{{ contact.name }}',
      html: '{% assign x = 1 %}{{ x }}{{ contact.name | default: sender.name }}{% if contact.attributes.vip %}{{ unsubscribeUrl }}{% endif %}',
      text: '{{ contact.attributes.city }}',
    });
    expect(content.usedVariables()).toEqual([
      'contact.attributes.city',
      'contact.attributes.vip',
      'contact.name',
      'sender.name',
      'unsubscribeUrl',
    ]);
  });
});
