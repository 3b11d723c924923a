import { committed, rewritten } from './content';
import { written } from './verdicts';

test('docs/verification.md is what its script writes: npm run verification writes it anew', () => {
  expect(written(committed(), rewritten(committed()))).toEqual({ holds: true, text: 'the page is what its script writes' });
});
