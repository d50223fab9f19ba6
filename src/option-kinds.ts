export interface Option {
  readonly takes: string;
  /** As people read it; the value itself is the server's own default. */
  readonly fallback: string;
  readonly description: string;
  readonly accepts: (value: unknown) => boolean;
  /** What in particular is wrong with a value that is not accepted. */
  readonly faultOf?: (value: unknown) => string | undefined;
  /** Absent where only the configuration file can hold it. */
  readonly env?: string;
  /** Undefined where the text is no such value. */
  readonly fromText?: (text: string) => unknown;
  /** Whether its value may hold a password, and is never shown. */
  readonly isSecret?: true;
  /** One letter that stands for the flag. */
  readonly short?: string;
  /** Whether its flag stands alone, and with `no-` before it for false. */
  readonly isSwitch?: true;
}

type Kind = Omit<Option, 'fallback' | 'description' | 'env'>;

export function integer(min: number, max: number, unit = ''): Kind {
  return {
    takes: `an integer from ${min} to ${max}${unit}`,
    accepts: (value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
    fromText: (text) => (/^\d{1,15}$/.test(text) ? Number(text) : undefined),
  };
}

export function text(takes: string, pattern: RegExp): Kind {
  return { takes, accepts: (value) => typeof value === 'string' && pattern.test(value), fromText: (given) => given };
}

export function choice(...choices: readonly string[]): Kind {
  return {
    takes: choices.join(' or '),
    accepts: (value) => typeof value === 'string' && choices.includes(value),
    fromText: (given) => given,
  };
}

export function list(takes: string, accepts: (item: unknown) => boolean): Kind {
  return {
    takes,
    accepts: (value) => Array.isArray(value) && value.every(accepts),
    fromText: (given) => given.split(',').map((item) => item.trim()),
  };
}

export function call(signature: string): Kind {
  return { takes: `a function ${signature}`, accepts: (value) => typeof value === 'function' };
}

export const onOff: Kind = {
  takes: 'true or false',
  accepts: (value) => typeof value === 'boolean',
  fromText: (given) => ({ '1': true, true: true, '0': false, false: false })[given],
  isSwitch: true,
};

export function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
