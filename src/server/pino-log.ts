import { type DestinationStream, multistream, pino, stdTimeFunctions } from 'pino';
import pretty from 'pino-pretty';
import { type Log, type LogOptions, logFormatOf } from './log.ts';

/**
 * The log of a process, by pino: JSON goes to its standard output, and what is for people there too, but for errors. Lines are written at
 * once, so that the last ones are there however the process ends.
 */
export function pinoLog(options: LogOptions = {}): Log {
  const { logLevel = 'info' } = options;
  const lines = logFormatOf(options) === 'json' ? pino.destination({ dest: 1, sync: true }) : forPeople();
  const formatters = { level: (level: string) => ({ level }) };
  const logger = pino({ level: logLevel, base: null, timestamp: stdTimeFunctions.isoTime, formatters }, lines);
  return {
    info: (message, fields) => logger.info(fields ?? {}, message),
    error: (message, fields) => logger.error(fields ?? {}, message),
    ...(logLevel === 'debug' && { debug: (message, fields) => logger.debug(fields ?? {}, message) }),
  };
}

function forPeople(): DestinationStream {
  const to = (destination: number): DestinationStream =>
    pretty({ destination, sync: true, singleLine: true, translateTime: 'SYS:HH:MM:ss' });
  const streams = [
    { level: 'debug', stream: to(1) },
    { level: 'error', stream: to(2) },
  ] as const;
  return multistream([...streams], { dedupe: true });
}
