import type { Plugin } from 'graphql-yoga';
import type { Plans } from './plans.ts';

/** Executes operations by plans, wherever they come from; what has no plan goes to Yoga's own executor. */
export function usePlans(plans: Plans): Plugin {
  return {
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn((args) => plans.execute(args, executeFn));
    },
    onSubscribe({ subscribeFn, setSubscribeFn }) {
      setSubscribeFn((args) => plans.subscribe(args, subscribeFn));
    },
  };
}
