import { Liquid, LiquidError, type Template, Context, type Emitter, toValueSync } from 'liquidjs';
import { htmlToText, liquidTextOf } from './plainText.js';
import { hasFixedScope, type QuickOutput, quickOutput } from './quickOutput.js';

/** Subject and bodies as Liquid source; without `text` the plain text is made from the HTML. */
export interface ContentSource {
  subject: string;
  html: string;
  text?: string | null;
}

/** What templates see (names as in the REST contract). Absent values render as nothing. */
export interface TemplateVariables {
  contact: { email: string; name: string; attributes: Record<string, unknown> };
  campaign: { name: string };
  run: { scheduledFor: string };
  sender: SenderVariables;
  unsubscribeUrl: string;
}

/** `name` and `email` are short for `fromName` and `fromEmail`. */
export interface SenderVariables {
  name: string;
  email: string;
  fromName: string;
  fromEmail: string;
  replyTo: string;
}

/** What templates see of a sender: answers go to its address where no other is named. */
export function senderVariables(sender: {
  fromName: string;
  fromEmail: string;
  replyTo: string | null;
}): SenderVariables {
  const { fromName, fromEmail, replyTo } = sender;
  return { name: fromName, email: fromEmail, fromName, fromEmail, replyTo: replyTo ?? fromEmail };
}

export type TemplateField = 'subject' | 'html' | 'text';

/** A template that cannot be used: where and why. `line` and `column` count from 1. */
export class TemplateSyntaxError extends Error {
  override name = 'TemplateSyntaxError';
  constructor(
    readonly field: TemplateField,
    readonly line: number,
    readonly column: number,
    /** The reason alone, without the place. */
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`${field}, line ${line}, column ${column}: ${reason}`, options);
  }
}

/** A template that could not be rendered for one recipient, such as one that takes too long. */
export class TemplateRenderError extends Error {
  override name = 'TemplateRenderError';
}

/** One parsed template. */
export interface CompiledTemplate {
  /** The pieces that are the same in every rendering. */
  readonly literals: readonly string[];
  /** True when every rendering is the same. */
  readonly isStatic: boolean;
  /** @throws TemplateRenderError */
  render(variables: TemplateVariables): string;
  /**
   * Renders piece by piece: the pieces, joined, are what `render` returns. Literals arrive as the very strings of `literals`.
   * @throws TemplateRenderError
   */
  emit(variables: TemplateVariables, write: (piece: string) => void): void;
}

export interface CompiledContent {
  readonly subject: CompiledTemplate;
  readonly html: CompiledTemplate;
  /** The plain text as a template of its own; null when it must be made from each rendered HTML, which costs much more. */
  readonly text: CompiledTemplate | null;
  /**
   * Subject (one line), HTML (values escaped unless `| raw`) and plain text of one mail.
   * @throws TemplateRenderError
   */
  render(variables: TemplateVariables): { subject: string; html: string; text: string };
  /** The paths of variables that subject and bodies use, such as `contact.attributes.city`: sorted, each once. */
  usedVariables(): string[];
}

/** Largest source of one field, in characters. Gmail clips a mail at 102 KB; a megabyte is far beyond any mail that is read. */
export const largestTemplate = 1_000_000;

/** Bounds of one rendering: a template with nested loops must not stop the process. */
const renderLimits = { renderLimit: 1_000, memoryLimit: 20_000_000 } as const;

/** Tags that read other files: there are none. */
const fileTags = ['include', 'render', 'layout', 'block'] as const;

function createEngine(escapeOutput: boolean): Liquid {
  const engine = new Liquid({
    ...(escapeOutput ? { outputEscape: 'escape' as const } : {}),
    ownPropertyOnly: true,
    strictFilters: true,
    strictVariables: false,
    // The same mail whatever machine renders it.
    timezoneOffset: 0,
    locale: 'en-US',
    parseLimit: largestTemplate * 2,
    ...renderLimits,
    templates: {},
  });
  for (const tag of fileTags) delete engine.tags[tag];
  return engine;
}

const htmlEngine = createEngine(true);
const plainEngine = createEngine(false);

/**
 * Parses subject and bodies once, for any number of renderings.
 * @throws TemplateSyntaxError for the first field that cannot be parsed.
 */
export function compileContent(source: ContentSource): CompiledContent {
  const subject = compileTemplate('subject', source.subject, plainEngine);
  const html = compileTemplate('html', source.html, htmlEngine);
  const ownText = source.text !== undefined && source.text !== null && source.text.trim() !== '';
  const text = ownText ? compileTemplate('text', source.text as string, plainEngine) : textFromHtml(source.html);
  const textTemplates = ownText ? (text as LiquidTemplate).templates : [];
  return {
    subject,
    html,
    text,
    render(variables) {
      const renderedHtml = html.render(variables);
      return {
        subject: oneLine(subject.render(variables)),
        html: renderedHtml,
        text: text ? text.render(variables) : htmlToText(renderedHtml),
      };
    },
    usedVariables() {
      const paths = [subject.templates, html.templates, textTemplates].flatMap((t) =>
        plainEngine.globalFullVariablesSync(t),
      );
      return [...new Set(paths)].sort();
    },
  };
}

/** A header's text: line breaks and other control characters become blanks, so that a value cannot add a header. */
export function oneLine(text: string): string {
  return text.replace(/[\s\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
}

type Node = { literal: string } | { quick: QuickOutput | null; templates: Template[] };

class LiquidTemplate implements CompiledTemplate {
  readonly literals: readonly string[];
  readonly isStatic: boolean;
  private readonly nodes: Node[];

  constructor(
    private readonly field: TemplateField,
    private readonly engine: Liquid,
    readonly templates: Template[],
    source: string,
  ) {
    this.literals = literalsOf(templates);
    this.isStatic = templates.every((t) => literalOf(t) !== null);
    // Where tags change what names mean, the whole is liquidjs's.
    this.nodes = hasFixedScope(source)
      ? templates.map((template) => {
          const literal = literalOf(template);
          if (literal !== null) return { literal };
          return { quick: quickOutput(template, engine === htmlEngine), templates: [template] };
        })
      : [{ quick: null, templates }];
  }

  render(variables: TemplateVariables): string {
    let text = '';
    this.emit(variables, (piece) => {
      text += piece;
    });
    return text;
  }

  emit(variables: TemplateVariables, write: (piece: string) => void): void {
    let slow: ((templates: Template[]) => void) | null = null;
    for (const node of this.nodes) {
      if ('literal' in node) {
        if (node.literal !== '') write(node.literal);
        continue;
      }
      const text = node.quick?.(variables);
      if (text === undefined) {
        slow ??= this.slowly(variables, write);
        slow(node.templates);
      } else if (text !== '') {
        write(text);
      }
    }
  }

  /** Rendering by liquidjs itself; all nodes of one mail share its context and its limits. */
  private slowly(variables: TemplateVariables, write: (piece: string) => void): (templates: Template[]) => void {
    // A copy, because `increment` writes into what it is given.
    const context = new Context({ ...variables }, this.engine.options, { sync: true });
    const emitter: Emitter = {
      buffer: '',
      write: (value: unknown) => {
        const piece = typeof value === 'string' ? value : written(value);
        if (piece !== '') write(piece);
      },
    };
    return (templates) => {
      try {
        toValueSync(this.engine.renderer.renderTemplates(templates, context, emitter));
      } catch (error) {
        throw new TemplateRenderError(`The ${this.field} cannot be rendered: ${reasonOf(error)}`, { cause: error });
      }
    };
  }
}

function compileTemplate(field: TemplateField, source: string, engine: Liquid): LiquidTemplate {
  if (source.length > largestTemplate) {
    throw new TemplateSyntaxError(
      field,
      1,
      1,
      `it has ${source.length.toLocaleString('en')} characters; ${largestTemplate.toLocaleString('en')} are the most a template may have`,
    );
  }
  try {
    return new LiquidTemplate(field, engine, engine.parse(source), source);
  } catch (error) {
    const [line, column] = LiquidError.is(error) ? (error as LiquidError).token.getPosition() : [1, 1];
    throw new TemplateSyntaxError(field, line ?? 1, column ?? 1, reasonOf(error), { cause: error });
  }
}

function textFromHtml(html: string): LiquidTemplate | null {
  const source = liquidTextOf(html);
  if (source === null) return null;
  try {
    return compileTemplate('text', source, plainEngine);
  } catch (error) {
    // The HTML itself has been parsed, so the text can still be made from each rendering.
    if (error instanceof TemplateSyntaxError) return null;
    throw error;
  }
}

function reasonOf(error: unknown): string {
  const text = LiquidError.is(error)
    ? ((error as LiquidError).originalError?.message ?? (error as Error).message)
    : String(error);
  return text.replace(/, (file:.*, )?line:\d+, col:\d+$/, '');
}

function written(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(written).join('');
  return String(value);
}

function literalOf(template: Template): string | null {
  const text = (template as { str?: unknown }).str;
  return typeof text === 'string' ? text : null;
}

function literalsOf(templates: Template[]): string[] {
  const found: string[] = [];
  for (const template of templates) {
    const literal = literalOf(template);
    if (literal !== null) found.push(literal);
    if (template.children)
      found.push(...literalsOf([...toValueSync(template.children(false, true) as Generator<unknown, Template[]>)]));
  }
  return found;
}
