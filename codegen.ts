import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  schema: 'schema.graphql',
  documents: ['test/**/*.ts', '!test/generated/**'],
  ignoreNoDocuments: true,
  generates: {
    'test/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        importExtension: '.ts',
        useTypeImports: true,
        enumsAsTypes: true,
        scalars: {
          JSON: 'unknown',
          JSONObject: '{ readonly [key: string]: unknown }',
          Version: 'number',
          Timestamp: 'number',
          Cursor: 'string',
        },
      },
    },
  },
};

export default config;
