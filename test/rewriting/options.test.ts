import * as iam from 'aws-cdk-lib/aws-iam';
import { newStack } from './fixture';
import { CachedImages } from '../../src/rewriting/cached-images';
import type { CachedImagesOptions } from '../../src/rewriting/options';

const [mine, theirs] = ['ghcr.io/mine/*', 'ghcr.io/theirs/*'];
const role = (name: string) => iam.Role.fromRoleName(newStack(), name, name);
const [nodes, others] = [role('nodes'), role('others')];

describe('an option of a scope', () => {
  test.each<[string, CachedImagesOptions, CachedImagesOptions]>([
    ['a truth', { digests: false }, { digests: false }],
    ['a list in another order', { exceptions: [mine, theirs] }, { exceptions: [theirs, mine] }],
    ['the same pullers', { pullers: [nodes] }, { pullers: [nodes] }],
  ])('may be set to the same value again: %s', (_, first, second) => {
    const stack = newStack();
    CachedImages.of(stack).configure(first);

    expect(() => CachedImages.of(stack).configure(second)).not.toThrow();
  });

  test('may be set beside another one, and may be left out', () => {
    const stack = newStack();
    CachedImages.of(stack).configure({ digests: true });

    expect(() => CachedImages.of(stack).configure({ digests: undefined, requireCached: true })).not.toThrow();
  });

  test.each<[CachedImagesOptions, CachedImagesOptions, string]>([
    [{ digests: true }, { digests: false }, "the option 'digests' of CachedImages set to false after true"],
    [{ requireCached: false }, { requireCached: true }, "the option 'requireCached' of CachedImages set to true after false"],
    [{ exceptions: [mine] }, { exceptions: [mine, theirs] }, `the option 'exceptions' of CachedImages set to ['${mine}', '${theirs}'] after ['${mine}']`],
    [{ pullers: [nodes] }, { pullers: [others] }, "the option 'pullers' of CachedImages set to ['Stack/others'] after ['Stack/nodes']"],
  ])('fails when it is set to another value: %#', (first, second, got) => {
    const stack = newStack();
    CachedImages.of(stack).configure(first);

    expect(() => CachedImages.of(stack).configure(second)).toThrow(
      `got ${got}, expected one value of an option for a scope, wherever it is set: set it in one place, or for a narrower scope, whose options go `
      + 'before those of wider ones [at Stack]');
  });

  test('stays as it was when another one of the call is refused', () => {
    const stack = newStack();
    CachedImages.of(stack).configure({ digests: true });
    expect(() => CachedImages.of(stack).configure({ requireCached: true, digests: false })).toThrow('digests');

    expect(() => CachedImages.of(stack).configure({ requireCached: false })).not.toThrow();
  });

  test('may have another value in a narrower scope', () => {
    const stack = newStack();
    CachedImages.of(stack.node.root).configure({ digests: true });

    expect(() => CachedImages.of(stack).configure({ digests: false })).not.toThrow();
  });
});

test.each(['exceptions', 'pullers'])('an empty list is refused, since it would take the place of that of a wider scope: %s', name => {
  expect(() => CachedImages.of(newStack()).configure({ [name]: [] })).toThrow(
    `got an empty list as '${name}' of CachedImages.configure(), expected at least one entry, since it takes the place of the list of a wider scope`);
});
