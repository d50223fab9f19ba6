/** One frame of a WebSocket, as clients send it, or not at all as they should. */
export interface FrameOptions {
  readonly opcode?: number;
  readonly isLast?: boolean;
  /** The bits that extensions would use. */
  readonly reserved?: number;
  readonly isMasked?: boolean;
  /** What the frame says its length is, in its longest form. */
  readonly length?: bigint;
}

const MASK = Buffer.from([1, 2, 3, 4]);

export function frame(payload: string | Uint8Array, options: FrameOptions = {}): Buffer {
  const { opcode = 1, isLast = true, reserved = 0, isMasked = true, length } = options;
  const bytes = Buffer.from(payload);
  const first = (isLast ? 0x80 : 0) | (reserved << 4) | opcode;
  const masked = isMasked ? 0x80 : 0;
  const body = isMasked ? bytes.map((byte, i) => byte ^ Number(MASK[i % 4])) : bytes;
  return Buffer.concat(
    [Buffer.from([first]), lengthOf(bytes.length, masked, length), isMasked ? MASK : '', body].map(asBytes),
  );
}

function lengthOf(length: number, masked: number, said: bigint | undefined): Buffer {
  if (said === undefined && length < 126) return Buffer.from([masked | length]);
  if (said === undefined && length < 65_536) return Buffer.from([masked | 126, length >> 8, length & 255]);
  const eight = Buffer.alloc(9, masked | 127);
  eight.writeBigUInt64BE(said ?? BigInt(length), 1);
  return eight;
}

function asBytes(part: Uint8Array | string): Uint8Array {
  return typeof part === 'string' ? Buffer.from(part) : part;
}

export interface Told {
  readonly texts: readonly string[];
  /** With what the server closed; absent where it has not. */
  readonly code?: number;
}

/** What a server's frames say. */
export function framesIn(bytes: Buffer): Told {
  const texts: string[] = [];
  for (let at = 0; at + 2 <= bytes.length; ) {
    const opcode = Number(bytes[at]) & 15;
    const short = Number(bytes[at + 1]) & 127;
    const head = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (at + head > bytes.length) break;
    const length =
      short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
    const payload = bytes.subarray(at + head, at + head + length);
    if (opcode === 8) return { texts, code: payload.length >= 2 ? payload.readUInt16BE(0) : 1005 };
    if (opcode === 1 && payload.length === length) texts.push(payload.toString());
    at += head + length;
  }
  return { texts };
}
