/** One body as it was recorded. */
export interface RecordedBody {
  /** `base64` where the bytes are no UTF-8. */
  readonly encoding: 'utf8' | 'base64';
  readonly text: string;
  /** Of the whole body, though less of it may have been kept. */
  readonly bytes: number;
  readonly cut: boolean;
}

/** What a tool sent, and what it was answered. */
export interface RecordedBodies {
  readonly requestId: string;
  readonly recordedAt: number;
  readonly request: RecordedBody;
  readonly answer: RecordedBody;
}
