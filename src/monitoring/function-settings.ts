import { brotliCompressSync, brotliDecompressSync } from 'zlib';
import { Lazy, Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { isPacked, MOST_SETTINGS } from '../functions/contract';
import type { PackedSettings } from '../functions/contract';
import { refuse } from '../private/accepted';
import { CheckId } from '../private/errors';

/** Settings for the environment of a function, read when the app is synthesized: packed where they are too long as they are. */
export function settingsLater(scope: Construct, settings: () => object, fix: string): string {
  return Lazy.string({
    produce: () => {
      const found = settings();
      checkSettings(scope, found, fix);
      return Stack.of(scope).toJsonString(fitting(found));
    },
  });
}

/** Refuses what doesn't fit into the environment of a function. */
export function checkSettings(scope: Construct, settings: object, fix: string): void {
  const length = JSON.stringify(fitting(settings)).length;
  if (length > MOST_SETTINGS) {
    refuse(scope, CheckId.FUNCTION_SETTINGS, { got: `${length} characters of settings`, expected: `at most ${MOST_SETTINGS}`, fix });
  }
}

/** Settings from the text that a function gets. */
export function settingsFrom(text: string): any {
  const settings: unknown = JSON.parse(text);
  return isPacked(settings) ? JSON.parse(brotliDecompressSync(Buffer.from(settings.packed, 'base64')).toString()) : settings;
}

function fitting(settings: object): object {
  const text = JSON.stringify(settings);
  // what is known at deployment only can't be packed now
  return text.length <= MOST_SETTINGS || Token.isUnresolved(text)
    ? settings
    // the same on every machine, which can't be said of gzip
    : { packed: brotliCompressSync(text).toString('base64') } satisfies PackedSettings;
}
