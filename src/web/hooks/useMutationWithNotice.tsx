import { Anchor } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient, type UseMutationResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ProblemError } from '../api.js';

interface Undo {
  label?: string;
  run: () => Promise<unknown>;
  /** Said when it is undone. */
  done: string;
}

export interface MutationWithNotice<Input, Output> {
  run: (input: Input) => Promise<Output>;
  /** What happened, as a sentence (with a link, if there is somewhere to look). Null: the page itself shows it. */
  done: (output: Output, input: Input) => ReactNode;
  /** What to offer for undoing it. */
  undo?: (output: Output, input: Input) => Undo | undefined;
  /** The keys of queries whose answers have changed. */
  changes?: (readonly unknown[])[];
  /** The page shows refusals itself (at the fields of a form): no notice of them. */
  showsProblems?: boolean;
  onDone?: (output: Output, input: Input) => void;
}

/** A refusal as a sentence for people. */
export function problemText(error: unknown): string {
  if (!(error instanceof ProblemError)) return error instanceof Error ? error.message : String(error);
  const fields = error.errors.map((e) => e.message);
  return [error.detail || `${error.title}.`, ...(error.detail ? [] : fields)].join(' ');
}

/** Tells of a refusal in a notice that stays until it is closed. */
export function noticeProblem(error: unknown): void {
  if (error instanceof ProblemError && error.is('unauthenticated')) return;
  const title = error instanceof ProblemError ? error.title : 'That did not work';
  notifications.show({ color: 'red', title, message: problemText(error), autoClose: false, role: 'alert' });
}

/** An action that says what happened: a notice when it is done (with Undo where there is one), another when it is refused. */
export function useMutationWithNotice<Input = void, Output = unknown>(
  options: MutationWithNotice<Input, Output>,
): UseMutationResult<Output, Error, Input> {
  const queries = useQueryClient();
  const refresh = () =>
    Promise.all((options.changes ?? []).map((queryKey) => queries.invalidateQueries({ queryKey: [...queryKey] })));

  return useMutation<Output, Error, Input>({
    mutationFn: options.run,
    onSuccess: (output, input) => {
      const message = options.done(output, input);
      const undo = options.undo?.(output, input);
      if (message !== null) {
        const id = notifications.show({
          color: 'teal',
          role: 'status',
          message: (
            <>
              {message}
              {undo && (
                <>
                  {' '}
                  <Anchor component="button" type="button" fz="sm" onClick={() => void revert(undo, id)}>
                    {undo.label ?? 'Undo'}
                  </Anchor>
                </>
              )}
            </>
          ),
        });
      }
      options.onDone?.(output, input);
    },
    onError: (error) => {
      if (!options.showsProblems) noticeProblem(error);
    },
    onSettled: () => refresh(),
  });

  async function revert(undo: Undo, notice: string): Promise<void> {
    notifications.hide(notice);
    try {
      await undo.run();
      notifications.show({ color: 'teal', role: 'status', message: undo.done });
    } catch (error) {
      noticeProblem(error);
    }
    await refresh();
  }
}
