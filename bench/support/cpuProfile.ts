import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame } from './flameGraph.js';

interface CpuProfile {
  nodes: {
    id: number;
    callFrame: { functionName: string; url: string; lineNumber: number };
    children?: number[];
  }[];
  /** Microseconds since the system's start. */
  startTime: number;
  samples?: number[];
  timeDeltas?: number[];
}

/**
 * All profiles of a directory (a process writes one for each of its threads) as one tree of frames, in milliseconds of CPU. Only what was sampled
 * within the window (microseconds on the profile's clock) counts; time in which a thread waited does not.
 */
export function flameGraphOf(directory: string, window: { from: number; to: number }): Frame {
  const root: Frame = { name: 'all', file: '', value: 0, self: 0, children: new Map() };
  for (const name of readdirSync(directory).filter((n) => n.endsWith('.cpuprofile'))) {
    add(root, JSON.parse(readFileSync(join(directory, name), 'utf8')) as CpuProfile, window);
  }
  return root;
}

function add(root: Frame, profile: CpuProfile, window: { from: number; to: number }): void {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map(profile.nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id])));
  const self = new Map<number, number>();
  let at = profile.startTime;
  for (const [i, id] of (profile.samples ?? []).entries()) {
    const micros = profile.timeDeltas?.[i] ?? 0;
    at += micros;
    // Deltas may be negative, as samples are written by several threads.
    if (micros > 0 && at >= window.from && at <= window.to) self.set(id, (self.get(id) ?? 0) + micros / 1000);
  }
  for (const [id, ms] of self) {
    const path: CpuProfile['nodes'] = [];
    for (let node = nodes.get(id); node; node = nodes.get(parents.get(node.id) ?? -1)) path.unshift(node);
    const [, ...frames] = path;
    if (frames.length === 0 || frames[0]?.callFrame.functionName === '(idle)') continue;
    let frame = root;
    frame.value += ms;
    for (const { callFrame } of frames) {
      const name = callFrame.functionName || '(anonymous)';
      const file = shortPath(callFrame.url);
      const key = `${name} ${file}`;
      let next = frame.children.get(key);
      if (!next) {
        next = { name, file, value: 0, self: 0, children: new Map() };
        frame.children.set(key, next);
      }
      next.value += ms;
      frame = next;
    }
    frame.self += ms;
  }
}

/** A path from the root of the repository, with sources in the place of what was compiled from them; `node:…` as it is. */
function shortPath(url: string): string {
  if (url === '' || url.startsWith('node:')) return url;
  const path = url.replaceAll('\\', '/');
  const installed = path.lastIndexOf('/node_modules/');
  if (installed >= 0) return path.slice(installed + 1);
  const built = path.lastIndexOf('/dist/');
  if (built < 0) return path.slice(path.lastIndexOf('/') + 1);
  const name = path.slice(built + '/dist/'.length);
  return name === 'workflow-bundle.js' ? name : `src/${name.replace(/\.js$/, '.ts')}`;
}
