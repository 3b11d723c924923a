import { readdirSync, readFileSync } from 'fs';

const read = (name) => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));
const base = read('stryker.config.json');
const rest = read('scope.json').filter(({ goal }) => !goal).flatMap(({ judged }) => judged.map(({ files }) => new RegExp(files)));
const sources = readdirSync(new URL('../../src', import.meta.url), { recursive: true }).map((file) => `src/${file}`);

/** The same for the areas of scope.json that have no goal. */
export default {
  ...base,
  mutate: sources.filter((file) => rest.some((files) => files.test(file))),
  jest: { config: { ...base.jest.config, testMatch: ['<rootDir>/test/@(rule|repository|registry|monitoring|network|operations|pulling)/**/*.test.ts', '<rootDir>/test/*.test.ts'] } },
  jsonReporter: { fileName: 'reports/mutation-rest.json' },
  incrementalFile: 'reports/mutation-rest-incremental.json',
};
