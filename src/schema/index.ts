import type { GraphQLSchema } from 'graphql';
import '../resolvers/cleanup.ts';
import '../resolvers/history.ts';
import '../resolvers/mutations.ts';
import '../resolvers/queries.ts';
import '../resolvers/stats.ts';
import '../resolvers/subscriptions.ts';
import { builder } from './builder.ts';
import './scalars.ts';

export const schema: GraphQLSchema = builder.toSchema();
