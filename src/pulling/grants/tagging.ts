import { Lazy, Stack } from 'aws-cdk-lib';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { taggingActionOf, TemplateRegister } from '../../repository/template-register';
import type { RegisteredTemplate } from '../../repository/template-register';
import { CacheActions } from '../../rule/cache-actions';
import { prefixOf } from '../../rule/cache-address';
import type { ICacheRule } from '../../rule/cache-rule';

type AnyRule = IPullThroughCacheRuleRef & Partial<ICacheRule> & { readonly _tagsSettled?: boolean };

/** What a first pull of these repositories needs besides, by the templates that are there. */
export function taggingActions(rule: AnyRule, names: readonly string[]): readonly string[] {
  const register = TemplateRegister.of(rule);
  const templates = register.shaping(rule.env, names);
  // a template of this app says more than the cache itself, which knows of one
  return register.knows(rule.env, prefixOf(rule)) ? taggingActionOf(templates, rule)
    : [...new Set([...taggingActionOf(templates, rule), ...actionsByRule(rule)])];
}

/** Writes a permission, with conditions where there are some. */
type Write = (actions: readonly string[], conditions?: iam.Conditions) => void;

/** Lets tag with the tags of a template alone, where the templates that are there ask for it. */
export function tagBound(rule: IPullThroughCacheRuleRef, names: readonly string[], write: Write): void {
  TemplateRegister.of(rule).shaping(rule.env, names).forEach(template => writeBound(template, write));
}

function writeBound({ onlyTags }: RegisteredTemplate, write: Write): void {
  if (onlyTags) {
    const keys = Object.keys(onlyTags).sort();
    write(CacheActions.TAG_NEW_REPOSITORY, {
      'StringEquals': Object.fromEntries(keys.map(key => [`aws:RequestTag/${key}`, onlyTags[key]])),
      'ForAllValues:StringEquals': { 'aws:TagKeys': keys },
    });
  }
}

/** The same for each template that comes after the grant. */
export function tagLater(rule: IPullThroughCacheRuleRef, names: readonly string[], write: Write): void {
  TemplateRegister.of(rule).whenAdded(rule.env, names, template => {
    writeBound(template, write);
    const tagging = taggingActionOf([template], Stack.of(rule));
    if (tagging.length > 0) {
      // a statement has to keep an action when the one that may go away does
      write(template.tagsSettled ? tagging : [...CacheActions.PULL_CACHED, ...tagging]);
    }
  });
}

/** Tags may come until synthesis. One action of a list that turns out undefined leaves it. */
function actionsByRule(rule: AnyRule): readonly string[] {
  if (rule._tagsSettled || !('repositoriesTagged' in rule)) {
    return rule.repositoriesTagged ? CacheActions.TAG_NEW_REPOSITORY : [];
  }
  return CacheActions.TAG_NEW_REPOSITORY.map(action => Lazy.string({ produce: () => rule.repositoriesTagged ? action : undefined }));
}
