import { createRequire } from 'module';
import { performance } from 'perf_hooks';
import { parametersOf } from './lambda';

/** How long a bundle takes to load, apart from the clients of the SDK that it needs. */
export interface ColdRequire {
  readonly sdkMilliseconds: number;
  readonly bundleMilliseconds: number;
}

const load = createRequire(__filename);
const { bundle, clients } = parametersOf<{ bundle: string; clients: string[] }>();

function time(work: () => void): number {
  const begin = performance.now();
  work();
  return performance.now() - begin;
}

const cold: ColdRequire = {
  sdkMilliseconds: time(() => clients.forEach((client) => load(client))),
  bundleMilliseconds: time(() => load(bundle)),
};
process.send!(cold);
