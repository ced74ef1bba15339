import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { HighlightStyle, LRLanguage, syntaxHighlighting } from '@codemirror/language';
import { search, searchKeymap } from '@codemirror/search';
import { Compartment, EditorState, type Extension } from '@codemirror/state';
import {
  Decoration,
  EditorView,
  highlightSpecialChars,
  keymap,
  lineNumbers,
  MatchDecorator,
  ViewPlugin,
  type DecorationSet,
  type ViewUpdate,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { parser } from '@lezer/html';

export interface CodeOptions {
  parent: HTMLElement;
  value: string;
  kind: 'html' | 'text';
  /** What screen readers call it. */
  label: string;
  readOnly: boolean;
  onChange: (value: string) => void;
  onFocus: () => void;
}

/** A code editor in the page. */
export interface Code {
  view: EditorView;
  /** Puts another text into it, where it differs; undo brings the old one back. */
  setValue: (value: string) => void;
  setReadOnly: (readOnly: boolean) => void;
  /** Marks a line (from 1) as the one with a mistake; null: none. */
  setMistake: (line: number | null) => void;
  /** Types a text at the cursor, in place of what is selected, and takes the focus. */
  insert: (text: string) => void;
  /** Puts the cursor there and scrolls to it. Line and column from 1. */
  goTo: (line: number, column: number) => void;
}

const html = LRLanguage.define({ name: 'html', parser });

// Each keeps 4.5 : 1 on the surface of its scheme.
const colours = HighlightStyle.define([
  { tag: [tags.tagName, tags.angleBracket], color: 'light-dark(#1b5e9e, #8ab8f5)' },
  { tag: tags.attributeName, color: 'light-dark(#7a4b00, #e3bd80)' },
  { tag: [tags.attributeValue, tags.string], color: 'light-dark(#1a6b3c, #8fd3a4)' },
  { tag: tags.comment, color: 'light-dark(#5b636b, #9ba1ab)', fontStyle: 'italic' },
  { tag: [tags.character, tags.meta, tags.processingInstruction], color: 'light-dark(#8a2a6b, #eaa0d2)' },
]);

const liquidMarks = new MatchDecorator({
  regexp: /\{\{.*?\}\}|\{%.*?%\}/g,
  decoration: Decoration.mark({ class: 'cm-liquid' }),
});

/** Variables and tags of Liquid stand out, wherever in the HTML they are. */
const liquid = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = liquidMarks.createDeco(view);
    }
    update(update: ViewUpdate) {
      this.decorations = liquidMarks.updateDeco(update, this.decorations);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

const look = EditorView.theme({
  '&': { fontSize: '13px', height: '100%', backgroundColor: 'var(--app-surface)', color: 'var(--mantine-color-text)' },
  // Around the whole of it, its gutter too: theme.css.
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mantine-font-family-monospace)', lineHeight: '1.55' },
  '.cm-content': { padding: '8px 0', caretColor: 'var(--mantine-color-text)' },
  '.cm-gutters': {
    backgroundColor: 'var(--app-sunken)',
    color: 'var(--mantine-color-dimmed)',
    borderRight: '1px solid var(--app-border)',
  },
  '.cm-lineNumbers .cm-gutterElement': { minWidth: '34px', padding: '0 8px 0 6px' },
  '.cm-liquid, .cm-liquid *': { color: 'light-dark(#4338a8, #c9cfff)' },
  '.cm-liquid': { backgroundColor: 'light-dark(#eef0ff, #292c4d)', borderRadius: '3px' },
  '.cm-mistake': { backgroundColor: 'light-dark(#fdeaea, #4a2326)' },
  '.cm-panels': {
    backgroundColor: 'var(--app-sunken)',
    color: 'var(--mantine-color-text)',
    borderColor: 'var(--app-border)',
  },
  '.cm-textfield, .cm-button': {
    backgroundColor: 'var(--app-surface)',
    backgroundImage: 'none',
    color: 'var(--mantine-color-text)',
    border: '1px solid var(--app-border)',
    borderRadius: '4px',
  },
});

/** Makes a code editor with HTML and Liquid in colours, line numbers, undo and search (Ctrl-F). Tab moves on: it traps no keyboard. */
export function createCode(options: CodeOptions): Code {
  const readOnly = new Compartment();
  const mistake = new Compartment();
  const readOnlyAs = (value: boolean): Extension => [
    EditorState.readOnly.of(value),
    EditorView.contentAttributes.of({
      'aria-label': options.label,
      tabindex: '0',
      ...(value ? { 'aria-readonly': 'true' } : {}),
    }),
    EditorView.editable.of(!value),
  ];
  let silent = false;
  const view = new EditorView({
    parent: options.parent,
    state: EditorState.create({
      doc: options.value,
      extensions: [
        lineNumbers(),
        history(),
        highlightSpecialChars(),
        search({ top: true }),
        EditorView.lineWrapping,
        options.kind === 'html' ? html : [],
        syntaxHighlighting(colours),
        liquid,
        look,
        keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap]),
        readOnly.of(readOnlyAs(options.readOnly)),
        mistake.of([]),
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !silent) options.onChange(update.state.doc.toString());
          if (update.focusChanged && update.view.hasFocus) options.onFocus();
        }),
      ],
    }),
  });
  return {
    view,
    setValue(value) {
      const present = view.state.doc.toString();
      if (present === value) return;
      silent = true;
      view.dispatch({ changes: { from: 0, to: present.length, insert: value } });
      silent = false;
    },
    setReadOnly: (value) => view.dispatch({ effects: readOnly.reconfigure(readOnlyAs(value)) }),
    setMistake(line) {
      const { doc } = view.state;
      const marks =
        line === null || line < 1 || line > doc.lines
          ? []
          : EditorView.decorations.of(
              Decoration.set(Decoration.line({ class: 'cm-mistake' }).range(doc.line(line).from)),
            );
      view.dispatch({ effects: mistake.reconfigure(marks) });
    },
    insert(text) {
      view.dispatch(view.state.replaceSelection(text), { scrollIntoView: true, userEvent: 'input' });
      view.focus();
    },
    goTo(line, column) {
      const { doc } = view.state;
      const found = doc.line(Math.min(Math.max(1, line), doc.lines));
      const at = Math.min(found.from + Math.max(0, column - 1), found.to);
      view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: 'center' }) });
      view.focus();
    },
  };
}
