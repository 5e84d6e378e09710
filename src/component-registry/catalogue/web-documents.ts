/** A document of the web, or that it is the same as before. */
export type WebDocument = { changed: false } | { changed: true; text: string; etag?: string };

export interface WebDocumentRequest {
  url: URL;
  /** Of what we have; then the answer may be that nothing changed. */
  etag?: string;
  /** Bytes. */
  most: number;
  signal: AbortSignal;
}

/** Why a document was not got. The message is for people, and names no more of the address than the host. */
export class WebDocumentFailure extends Error {
  constructor(
    message: string,
    /** It is there no more, or is nothing we take: trying again does not help. */
    readonly lasting: boolean,
  ) {
    super(message);
  }
}

/** Gets documents over HTTPS. */
export abstract class WebDocuments {
  /** @throws WebDocumentFailure; the signal's reason once it aborts */
  abstract get(request: WebDocumentRequest): Promise<WebDocument>;

  abstract close(): Promise<void>;
}
