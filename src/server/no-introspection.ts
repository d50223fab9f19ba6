import { type ExecutionResult, type GraphQLError, NoSchemaIntrospectionCustomRule } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { rewritten } from '../resolvers/errors.ts';

/** Keeps the schema to itself: it can't be asked for, and no error suggests what else there is. */
export function useNoIntrospection(): Plugin {
  return {
    onValidate({ addValidationRule }) {
      addValidationRule(NoSchemaIntrospectionCustomRule);
      return ({ valid, result, setResult }) => {
        if (!valid) setResult((result as readonly GraphQLError[]).map(withoutSuggestion));
      };
    },
    // Variables are found wrong here.
    onExecute: () => ({
      onExecuteDone({ result, setResult }) {
        if (isFailed(result)) setResult({ ...result, errors: result.errors.map(withoutSuggestion) });
      },
    }),
    onSubscribe: () => ({
      onSubscribeResult({ result, setResult }) {
        if (isFailed(result)) setResult({ ...result, errors: result.errors.map(withoutSuggestion) });
      },
    }),
  };
}

function isFailed(result: object): result is ExecutionResult & { readonly errors: readonly GraphQLError[] } {
  return 'errors' in result && Array.isArray(result.errors);
}

function withoutSuggestion(error: GraphQLError): GraphQLError {
  // What resolvers throw suggests nothing.
  if (error.path || !SUGGESTION.test(error.message)) return error;
  const { extensions, originalError = null } = error;
  return rewritten(error, { message: error.message.replace(SUGGESTION, ''), extensions, originalError });
}

const SUGGESTION = / Did you mean .*\?$/s;
