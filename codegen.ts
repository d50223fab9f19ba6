import type { CodegenConfig } from '@graphql-codegen/cli';

const typed = {
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
} as const;

const config: CodegenConfig = {
  schema: 'schema.graphql',
  ignoreNoDocuments: true,
  generates: {
    'test/generated/': { ...typed, documents: ['test/**/*.ts', '!test/generated/**'] },
    'dashboard/generated/': { ...typed, documents: ['dashboard/operations.ts'] },
    'examples/generated/': { ...typed, documents: ['examples/*.ts'] },
  },
};

export default config;
