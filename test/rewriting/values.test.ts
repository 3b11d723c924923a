import { CfnResource, Lazy, Stack } from 'aws-cdk-lib';
import { changedAt, holdersAt, valueAt } from '../../src/rewriting/image-properties';

const JOBS = { holderSteps: ['jobs', '*', 'container'], key: 'image' };
const marked = (properties: object) => ({ ...properties, marked: true });

/** An L1 whose properties are these. */
function resourceWith(properties: object): CfnResource {
  return Object.assign(new CfnResource(new Stack(), 'Resource', { type: 'Test::Some::Type' }), properties);
}

describe('the holders of an image', () => {
  test('are the objects at the end of the path, with where they are in its lists', () => {
    const resource = resourceWith({ jobs: [{ container: { image: 'a' } }, { container: { image: 'b' } }] });

    expect(holdersAt(resource, JOBS)).toEqual([
      { properties: { image: 'a' }, indices: ['0'] }, { properties: { image: 'b' }, indices: ['1'] },
    ]);
  });

  test.each<[string, object]>([
    ['a property is missing', {}],
    ['a property is null', { jobs: null }],
    ['a list is none', { jobs: { container: { image: 'a' } } }],
    ['an object is a text', { jobs: ['a'] }],
    ['an object is null', { jobs: [null] }],
  ])('are none where %s', (_, properties) => {
    expect(holdersAt(resourceWith(properties), JOBS)).toEqual([]);
  });
});

describe('the value at the end of a path', () => {
  test('is that of the list elements that are asked for', () => {
    const resource = resourceWith({ jobs: Lazy.any({ produce: () => [{ role: 'a' }, { role: 'b' }] }) });

    expect(valueAt(resource, ['jobs', '*', 'role'], [1])).toBe('b');
  });

  test('is undefined where the path ends early', () => {
    expect(valueAt(resourceWith({}), ['jobs', '*', 'role'], [0])).toBeUndefined();
  });
});

describe('a changed value', () => {
  const steps = ['jobs', '*', 'container'];

  test('has each object at the end of the path changed, and is another object', () => {
    const value = { jobs: [{ container: { image: 'a' } }, { other: 1 }] };

    expect(changedAt(value, steps, marked)).toEqual({ jobs: [{ container: { image: 'a', marked: true } }, { other: 1 }] });
    expect(value).toEqual({ jobs: [{ container: { image: 'a' } }, { other: 1 }] });
  });

  test.each([
    [undefined], [null], ['text'], [{ jobs: null }], [{ jobs: 'text' }], [{ jobs: { container: {} } }], [{ jobs: [{ container: null }] }], [{ jobs: ['text', null] }],
  ])('stays where the path ends early: %j', value => {
    expect(changedAt(value, steps, marked)).toEqual(value);
  });

  test('is changed at synthesis where it is known only then', () => {
    const changed = changedAt(Lazy.any({ produce: () => [{ container: Lazy.any({ produce: () => ({ image: 'a' }) }) }] }), steps.slice(1), marked);

    expect(new Stack().resolve(changed)).toEqual([{ container: { image: 'a', marked: true } }]);
    expect(String(changed)).toBe('<changed when it is synthesized>');
  });
});
