import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import { CacheActions } from '../../src/rule/cache-actions';

const SRC = join(__dirname, '../../src');

test('reading the upstream and filling the cache are the actions of AWS\'s example, and no others', () => {
  expect([...CacheActions.LOG_IN, ...CacheActions.READ_UPSTREAM, ...CacheActions.FILL_CACHE].sort()).toEqual([
    'ecr:BatchGetImage', 'ecr:BatchImportUpstreamImage', 'ecr:CompleteLayerUpload', 'ecr:GetAuthorizationToken', 'ecr:GetDownloadUrlForLayer',
    'ecr:GetImageCopyStatus', 'ecr:InitiateLayerUpload', 'ecr:PutImage', 'ecr:UploadLayerPart',
  ]);
});

test('a first pull imports and may create the repository', () => {
  expect(CacheActions.IMPORT).toEqual(['ecr:BatchImportUpstreamImage', 'ecr:CreateRepository']);
});

test.each(Object.entries(CacheActions))('%s is sorted and names each action once', (_, actions) => {
  expect([...actions]).toEqual([...new Set(actions)].sort());
});

test('no other file of the library names an action that the table has', () => {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts') && !file.endsWith('cache-actions.ts') && !file.endsWith('.lambda.ts'));
  const actions = new Set<string>(Object.values(CacheActions).flat());
  const named = files.flatMap(file => [...readFileSync(join(SRC, file), 'utf8').matchAll(/'((?:ecr|kms):[A-Z]\w+)'/g)]
    .filter(([, action]) => actions.has(action)).map(([, action]) => `${file}: ${action}`));
  expect(files.length).toBeGreaterThan(20);
  expect(named).toEqual([]);
});
