import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CacheAlarm } from '../../src';

/** What makes an alarm, by its name in code. */
const ALARMS = Object.getOwnPropertyNames(CacheAlarm)
  // what others are made of is private
  .filter(name => !name.startsWith('_') && !/^of[A-Z]/.test(name) && typeof (CacheAlarm as unknown as Record<string, unknown>)[name] === 'function' && name !== 'prototype');
const GUIDE = readFileSync(join(__dirname, '../../docs/monitoring.md'), 'utf8');
const ROWS = [...GUIDE.split(/^## Alarms$/m)[1].split(/^## /m)[0].matchAll(/^\| `(?:CacheAlarm\.)?(\w+)\(/gm)].map(([, name]) => name);
const TESTED = new Set(readdirSync(__dirname, { recursive: true, encoding: 'utf8' })
  .filter(file => file.endsWith('.test.ts') && basename(file) !== basename(__filename))
  .flatMap(file => [...readFileSync(join(__dirname, file), 'utf8').matchAll(/\bCacheAlarm\.(\w+)\(/g)].map(([, name]) => name)));

test('there are alarms', () => {
  expect(ALARMS).toEqual(expect.arrayContaining(['hitRateBelow', 'statisticsMissing', 'probeFailing']));
});

test.each(ALARMS)('%s has a row in the table of docs/monitoring.md', name => {
  expect(ROWS).toContain(name);
});

test.each(ALARMS)('%s has a test in test/monitoring', name => {
  expect([...TESTED]).toContain(name);
});

test('the table names no alarm that there isn\'t', () => {
  expect(ROWS.filter(name => !ALARMS.includes(name))).toEqual([]);
});
