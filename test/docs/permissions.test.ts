import { readFileSync } from 'fs';
import { join } from 'path';
import { CacheActions } from '../../src/rule/cache-actions';
import { isAllowed } from '../simulator';

const GUIDE = readFileSync(join(__dirname, '../../docs/permissions.md'), 'utf8');
const actionsIn = (text: string) => [...text.matchAll(/`([a-z0-9-]+:[A-Z]\w+)`/g)].map(([, action]) => action);

test('the guide has the actions that the library writes', () => {
  const rows = [...GUIDE.matchAll(/^\| `([A-Z_]+)` \| ([^|]+) \|/gm)].map(([, name, actions]) => [name, actionsIn(actions)]);
  expect(Object.fromEntries(rows)).toEqual(CacheActions);
});

test.each([...new Set(actionsIn(GUIDE))].filter(action => !action.startsWith('aws:') && action !== 'iam:PassedToService'))(
  '%s is an action that AWS knows', async action => {
    const anybody = { arn: 'arn:aws:iam::111122223333:user/u', policies: [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] }] };
    const verdict = isAllowed({ callers: { anybody } }, { who: 'anybody', action, resource: '*' });
    await expect(verdict).resolves.toBe(true);
  });

test('fails for an action that AWS does not know', async () => {
  const anybody = { arn: 'arn:aws:iam::111122223333:user/u', policies: [] };
  await expect(isAllowed({ callers: { anybody } }, { who: 'anybody', action: 'ecr:PullEverything', resource: '*' })).rejects.toThrow(/PullEverything/);
});
