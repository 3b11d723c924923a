/** What to write instead of an image's name, in its parts. */
export interface Replacement {
  readonly host: string;
  readonly repositoryName: string;
  /** The tag with its colon, or the digest with its at sign, when the name had one. */
  readonly suffix: string;
}

/** What a name in a chart is known to be besides itself. */
export interface NameOptions {
  /** Whether the chart adds to the name, so that those who pull need all that begins with it. */
  readonly open?: boolean;
  /** Whether the name changes by what stands elsewhere: it is judged and granted. */
  readonly elsewhere?: boolean;
}

/** Judges the names that are found in a document. `place` is the path to it, for reports. */
export interface ImageJudge {
  /** Whether names with a digest are rewritten too. */
  readonly digests: boolean;
  /** The replacement of a name that has its registry, or nothing where it stays. */
  image(name: string, place: string, options?: NameOptions): Replacement | undefined;
  /** Whether a cache serves the registry in front of a name. */
  serves(name: string): boolean;
  /** A registry that names below it are put behind, with or without a path: what it is in a cache, when all of it is in one. */
  registry(text: string): string | undefined;
  /** Lets those pull who have to what is below a registry that was rewritten. */
  below(text: string, after: string, place: string): void;
  /** Reports a name whose registry nobody can tell. */
  unknown(name: string, place: string): void;
}
