import * as fc from 'fast-check';
import { almostPolicies, legalRules } from './arbitraries';
import { CacheLifecycleRule } from '../../src/lifecycle/cache-lifecycle-rule';
import { InvalidInputError } from '../../src/private/errors';

function accepted(text: string): boolean {
  try {
    CacheLifecycleRule.fromPolicyText(text);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidInputError);
    expect((error as Error).message).toMatch(/^got .+, expected .+: .+$/s);
    return false;
  }
}

describe('any legal set of rules', () => {
  test('is the same after it was written and read', () => {
    fc.assert(fc.property(legalRules, rules => {
      const text = CacheLifecycleRule.toPolicyText(rules)!;
      expect(CacheLifecycleRule.toPolicyText(CacheLifecycleRule.fromPolicyText(text))).toBe(text);
    }));
  });

  test('has a length that ECR takes, and priorities from 1', () => {
    fc.assert(fc.property(legalRules, rules => {
      const text = CacheLifecycleRule.toPolicyText(rules)!;
      expect(text.length).toBeGreaterThanOrEqual(100);
      expect(text.length).toBeLessThanOrEqual(30720);
      expect(JSON.parse(text).rules.map((rule: any) => rule.rulePriority)).toEqual([...JSON.parse(text).rules.keys()].map(index => index + 1));
    }));
  });

  test('means the same whatever the order of the text and the numbers of its priorities', () => {
    fc.assert(fc.property(legalRules, fc.integer({ min: 2, max: 9 }), (rules, step) => {
      const text = CacheLifecycleRule.toPolicyText(rules)!;
      const spread = JSON.parse(text).rules.map((rule: any) => ({ ...rule, rulePriority: rule.rulePriority * step })).reverse();
      expect(CacheLifecycleRule.toPolicyText(CacheLifecycleRule.fromPolicyText(JSON.stringify({ rules: spread })))).toBe(text);
    }));
  });
});

describe('any text', () => {
  test('is read or refused with what was got, what is expected and what to do', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), text => { accepted(text); }));
  });

  test('that is almost a policy is read or refused so, and what is read can be written', () => {
    const seen = new Set<boolean>();
    fc.assert(fc.property(almostPolicies, text => {
      const isAccepted = accepted(text);
      seen.add(isAccepted);
      if (isAccepted) expect(() => CacheLifecycleRule.toPolicyText(CacheLifecycleRule.fromPolicyText(text))).not.toThrow();
    }), { numRuns: 500 });
    expect(seen).toEqual(new Set([true, false]));
  });
});
