import { App, Stack, Stage, Validations } from 'aws-cdk-lib';
import { WarningId, warn } from '../../src/private/errors';
import { warningsOf } from '../app';

/** What the CLI prints of a stack. */
const printed = (app: App, name: string) =>
  app.synth().getStackByName(name).messages.filter(({ level }) => level === 'warning').map(({ entry }) => String(entry.data));
const told = (text: string, where: string) => [expect.stringContaining(`${text} [of ${where}] [ack: `)];

test('a warning about an app is printed for a stack of it', () => {
  const app = new App();
  new Stack(app, 'First');
  new Stack(app, 'Second');
  warn(app, WarningId.BYPASSED, 'no image leads to a cache');

  expect(printed(app, 'First')).toEqual(told('no image leads to a cache', 'the app'));
  expect(printed(app, 'Second')).toEqual([]);
});

test('a warning about an app is printed for a stack of each of its Stages', () => {
  const app = new App();
  for (const name of ['Dev', 'Prod']) { new Stack(new Stage(app, name), 'Service'); }
  warn(app, WarningId.BYPASSED, 'no image leads to a cache');

  expect(['Dev', 'Prod'].map(name => app.synth().getNestedAssembly(`assembly-${name}`).stacks[0].messages.map(({ entry }) => entry.data)))
    .toEqual([told('no image leads to a cache', 'the app'), told('no image leads to a cache', 'the app')]);
});

test('a warning about an app without a stack is printed for the first that comes', () => {
  const app = new App();
  warn(app, WarningId.BYPASSED, 'no image leads to a cache');
  new Stack(app, 'Late');

  expect(printed(app, 'Late')).toEqual(told('no image leads to a cache', 'the app'));
});

test.each([[false], [true]])('a warning about an app that is acknowledged is not printed, whether or not it waits for a stack: %s', waits => {
  const app = new App();
  if (!waits) { new Stack(app, 'Stack'); }
  warn(app, WarningId.BYPASSED, 'no image leads to a cache');
  Validations.of(app).acknowledge({ id: 'cdk-ecr-pull-through-cache:bypassed', reason: 'known' });
  if (waits) { new Stack(app, 'Stack'); }

  expect(printed(app, 'Stack')).toEqual([]);
});

test('a warning about something in a stack stands there alone', () => {
  const app = new App();
  const stack = new Stack(app, 'Stack');
  new Stack(app, 'Other');
  warn(stack, WarningId.BYPASSED, 'no image leads to a cache');

  expect(warningsOf(stack)).toEqual(['/Stack bypassed: no image leads to a cache']);
  expect(printed(app, 'Other')).toEqual([]);
});
