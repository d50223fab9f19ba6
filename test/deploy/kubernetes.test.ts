import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Deployment } from 'kubernetes-models/apps/v1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { ConfigMap, Secret, Service } from 'kubernetes-models/v1';
import { describe, expect, it } from 'vitest';
import { readCommand } from '../../src/config.ts';
import { startApp } from '../helpers/app.ts';
import { documentsOf, root, variables } from './files.ts';

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}
const folder = 'deploy/kubernetes';
const kinds = { ConfigMap, Secret, Service, Deployment, HorizontalPodAutoscaler, PodDisruptionBudget, NetworkPolicy };
const [kustomization] = documentsOf<{ readonly resources: readonly string[] }>(`${folder}/kustomization.yaml`);
const EXAMPLE = 'secret.example.yaml';
const manifests = [...(kustomization?.resources ?? []), EXAMPLE].flatMap((file) =>
  documentsOf<Manifest>(`${folder}/${file}`),
);

function the<K extends keyof typeof kinds>(kind: K): InstanceType<(typeof kinds)[K]> {
  const found = manifests.filter((manifest) => manifest.kind === kind);
  expect(found).toHaveLength(1);
  return found[0] as InstanceType<(typeof kinds)[K]>;
}

describe('The manifests', () => {
  it('are all that there are, each of a kind of its own', () => {
    const files = readdirSync(join(root, folder)).filter((file) => file !== 'kustomization.yaml' && file !== EXAMPLE);
    expect([...(kustomization?.resources ?? [])].sort()).toEqual(files.sort());
    expect(manifests.map(({ kind }) => kind).sort()).toEqual(Object.keys(kinds).sort());
  });

  it.each(Object.keys(kinds) as (keyof typeof kinds)[])('%s is what Kubernetes takes', (kind) => {
    const manifest = the(kind);
    const Kind = kinds[kind] as new (data: object) => { validate(): void };
    expect(() => new Kind(manifest).validate()).not.toThrow();
    expect(() => new Kind({ ...manifest, metadata: 'wrong' }).validate()).toThrow();
  });

  it('find each other', () => {
    const { spec } = the('Deployment');
    const pod = spec?.template;
    const container = pod?.spec?.containers[0];
    const labels = pod?.metadata?.labels ?? {};
    const selectors = [
      spec?.selector.matchLabels,
      the('Service').spec?.selector,
      the('PodDisruptionBudget').spec?.selector?.matchLabels,
      the('NetworkPolicy').spec?.podSelector?.matchLabels,
    ];
    for (const selector of selectors) expect(labels).toMatchObject({ ...selector });
    const ports = container?.ports?.map(({ name }) => name) ?? [];
    for (const { targetPort } of the('Service').spec?.ports ?? []) expect(ports).toContain(targetPort);
    for (const rule of the('NetworkPolicy').spec?.ingress ?? [])
      for (const { port } of rule.ports ?? []) expect(ports).toContain(port);
    expect(the('HorizontalPodAutoscaler').spec?.scaleTargetRef.name).toBe(the('Deployment').metadata?.name);
    expect(spec).not.toHaveProperty('replicas');
    expect(container?.envFrom).toEqual([{ configMapRef: { name: the('ConfigMap').metadata?.name } }]);
    expect(pod?.spec?.volumes?.[0]?.secret?.secretName).toBe(the('Secret').metadata?.name);
  });

  it('tell the server what it takes', async () => {
    const { data = {} } = the('ConfigMap');
    expect(Object.keys(data).filter((name) => !variables.has(name))).toEqual([]);
    const { stringData = {} } = the('Secret');
    const mount = the('Deployment').spec?.template.spec?.containers[0]?.volumeMounts?.[0]?.mountPath ?? '';
    const env: { [name: string]: string } = {};
    for (const [name, value] of Object.entries(data)) {
      if (name.endsWith('_FILE')) env[name.slice(0, -5)] = String(stringData[value.replace(`${mount}/`, '')]);
      else env[name] = value;
    }
    const command = await readCommand({ args: [], env, cwd: join(root, folder) });
    expect(command).toMatchObject({ options: { access: {}, redisUrl: expect.any(String), metricsPort: 9464 } });
    const container = the('Deployment').spec?.template.spec?.containers[0];
    expect(container?.ports?.find(({ name }) => name === 'metrics')?.containerPort).toBe(9464);
    expect(container?.ports?.find(({ name }) => name === 'http')?.containerPort).toBe(4000);
  });

  it('ask for what the server answers, and wait as long as it takes to stop', async () => {
    const { spec } = the('Deployment').spec?.template ?? {};
    const container = spec?.containers[0];
    const { origin } = await startApp();
    const probes = [container?.startupProbe, container?.livenessProbe, container?.readinessProbe];
    const paths = probes.map((probe) => String(probe?.httpGet?.path));
    expect(paths).toEqual(['/health', '/health', '/ready']);
    for (const path of paths) expect((await fetch(origin + path)).status).toBe(200);
    expect(spec?.terminationGracePeriodSeconds).toBeGreaterThan(25);
  });

  it('give it no rights', () => {
    const { spec } = the('Deployment').spec?.template ?? {};
    expect(spec?.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(spec?.containers[0]?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });
});
