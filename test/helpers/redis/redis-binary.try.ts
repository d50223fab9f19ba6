import { redisBinary } from './redis-binary.ts';

const t = performance.now();
console.log(await redisBinary().catch((e) => e), performance.now() - t);
