import type { Area } from '../claim';
import { unitTests } from '../evidence';
import { OURS, STOPWATCH, STRYKER } from '../judges';
import { cell, rows } from '../pages';

const MUTATION = ['docs/mutation.md', '`npm run mutation`'] as const;
const PERFORMANCE = ['docs/performance.md', '`npm run bench`'] as const;
const MET = '| met |';
const MISSED = '| **missed** |';

export const MEASURED: Area = {
  title: 'Measured in runs of their own',
  claims: [
    {
      id: 'mutation',
      claim: 'A change of the pure code that alters what it does is noticed by a test',
      judges: [STRYKER, OURS],
      tried: 'changes of every kind that Stryker knows, in all files of those rooms; each survivor is listed with its reason',
      evidence: [
        cell(...MUTATION, 'mutants', '| **All** |', 3),
        cell(...MUTATION, 'killed mutants', '| **All** |', 4),
        cell(...MUTATION, 'surviving mutants', '| **All** |', 6),
        unitTests('test/mutation/'),
      ],
    },
    {
      id: 'performance',
      claim: 'What the library costs at synthesis, at run time and to install stays within the goals that are set for it',
      judges: [STOPWATCH],
      tried: 'each goal with what was measured and its limit; a goal that is missed is counted as missed',
      evidence: [
        rows(...PERFORMANCE, 'met goals', MET, [MET, MISSED]),
        rows(...PERFORMANCE, 'missed goals', MISSED, [MET, MISSED]),
        unitTests('test/bench/'),
      ],
    },
  ],
};
