declare module 'docker-parse-image' {
  interface Image {
    readonly registry: string | null;
    readonly namespace: string | null;
    readonly repository: string;
    readonly tag: string | null;
  }
  export default function parse(image: string): Image | null;
}

declare module 'parse-docker-image-name' {
  interface Components {
    readonly domain?: string;
    readonly path?: string;
    readonly tag?: string;
    readonly digest?: string;
  }
  export default function parse(image: string): Components;
}
