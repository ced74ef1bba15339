import { Skeleton, Text } from '@mantine/core';
import { useEffect, useImperativeHandle, useRef, useState, type Ref } from 'react';
import type { Code } from './codeMirror.js';

/** Where something is typed in from outside: the menu of variables. */
export interface Insertable {
  insert: (text: string) => void;
}

export interface Mistake {
  message: string;
  line?: number | undefined;
  column?: number | undefined;
}

interface CodeEditorProps {
  label: string;
  kind: 'html' | 'text';
  value: string;
  onChange: (value: string) => void;
  onFocus?: () => void;
  readOnly?: boolean;
  mistake?: Mistake | undefined;
  height?: number | string;
  ref?: Ref<Insertable>;
}

/** The code editor, loaded when it is first needed; until then its place is kept. */
export function CodeEditor({
  label,
  kind,
  value,
  onChange,
  onFocus,
  readOnly = false,
  mistake,
  height = 460,
  ref,
}: CodeEditorProps) {
  const parent = useRef<HTMLDivElement>(null);
  const [code, setCode] = useState<Code>();
  const latest = useRef({ value, onChange, onFocus, readOnly });
  useEffect(() => {
    latest.current = { value, onChange, onFocus, readOnly };
  });

  useEffect(() => {
    let made: Code | undefined;
    let gone = false;
    void import('./codeMirror.js').then(({ createCode }) => {
      if (gone || !parent.current) return;
      made = createCode({
        parent: parent.current,
        label,
        kind,
        value: latest.current.value,
        readOnly: latest.current.readOnly,
        onChange: (text) => latest.current.onChange(text),
        onFocus: () => latest.current.onFocus?.(),
      });
      setCode(made);
    });
    return () => {
      gone = true;
      made?.view.destroy();
      setCode(undefined);
    };
  }, [label, kind]);

  useEffect(() => code?.setValue(value), [code, value]);
  useEffect(() => code?.setReadOnly(readOnly), [code, readOnly]);
  const line = mistake?.line ?? null;
  useEffect(() => code?.setMistake(line), [code, line]);
  useImperativeHandle(ref, () => ({ insert: (text) => code?.insert(text) }), [code]);

  return (
    <div>
      <div
        data-code
        style={{
          position: 'relative',
          height,
          border: `1px solid ${mistake ? 'var(--mantine-color-error)' : 'var(--app-border)'}`,
          borderRadius: 'var(--mantine-radius-md)',
          overflow: 'hidden',
        }}
      >
        {!code && <Skeleton height="100%" radius={0} role="status" aria-label={`${label}: loading`} />}
        {/* The font of the editor, so that lines are as high when it measures them for the first time. */}
        <div
          ref={parent}
          style={{
            position: 'absolute',
            inset: 0,
            fontFamily: 'var(--mantine-font-family-monospace)',
            fontSize: 13,
            lineHeight: 1.55,
          }}
        />
      </div>
      <div role="status">
        {mistake && (
          <Text fz="xs" c="var(--mantine-color-error)" mt={5}>
            {mistake.line !== undefined ? (
              <>
                <button
                  type="button"
                  style={{
                    font: 'inherit',
                    color: 'inherit',
                    background: 'none',
                    border: 0,
                    padding: 0,
                    textDecoration: 'underline',
                    cursor: 'pointer',
                  }}
                  onClick={() => code?.goTo(mistake.line ?? 1, mistake.column ?? 1)}
                >
                  Line {mistake.line}, column {mistake.column ?? 1}
                </button>
                : {mistake.message}
              </>
            ) : (
              mistake.message
            )}
          </Text>
        )}
      </div>
    </div>
  );
}
