import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { TerminalProgress } from '../../../src/embedded/progress.js';

function output(tty: boolean): { stream: NodeJS.WriteStream; text: () => string } {
  const stream = new PassThrough() as unknown as NodeJS.WriteStream;
  stream.isTTY = tty;
  stream.columns = 40;
  let text = '';
  stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { stream, text: () => text };
}

it('prints plain lines where there is no terminal', () => {
  const { stream, text } = output(false);
  const progress = new TerminalProgress(stream);
  const step = progress.step('Working');
  step.update('half');
  progress.line('note');
  step.done('all of it');
  step.done('twice is once');
  expect(text()).toBe('note\n✔ Working: all of it\n');
});

it('redraws running steps on a terminal, no line longer than it is wide', () => {
  const before = process.env['CI'];
  delete process.env['CI'];
  try {
    const { stream, text } = output(true);
    const progress = new TerminalProgress(stream);
    const step = progress.step('A step with a rather long title for such a terminal');
    step.fraction(0.5, '500 of 1000');
    progress.line('note');
    step.failed();
    const lines = text()
      .replace(/\u001b\[[\d;]*[A-Za-z]/g, '')
      .split('\n');
    expect(lines.filter((line) => /^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/.test(line)).every((line) => line.length < 40)).toBe(true);
    expect(lines).toContain('note');
    expect(lines.at(-2)).toMatch(/^✘ A step with.*failed/);
  } finally {
    if (before !== undefined) process.env['CI'] = before;
  }
});
