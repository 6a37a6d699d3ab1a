{{/* What every pod has in common, by the profile "restricted" and beyond it. Takes the number of the user. */}}
{{- define "consent.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ . }}
runAsGroup: {{ . }}
fsGroup: {{ . }}
# The first mount only: at each one it would open the key files (0600) to the group.
fsGroupChangePolicy: OnRootMismatch
seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- define "consent.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}

{{- define "consent.pullSecrets" -}}
{{- with .Values.images.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* Volumes of a service's pod. Takes (list $ "service"). */}}
{{- define "consent.volumes" -}}
{{- $root := index . 0 -}}
{{- $name := index . 1 -}}
{{- $service := index (include "consent.services" $root | fromJson) $name -}}
- name: tmp
  emptyDir: { sizeLimit: 256Mi }
{{- if include "consent.isShared" . }}
# Only what is made again out of {{ ternary "the log or the database" "the database" (eq $root.Values.storage.engine "cosmos") }}.
- name: data
  emptyDir: { sizeLimit: {{ $service.storage.size }} }
{{- else if $service.storage }}
- name: data
  persistentVolumeClaim: { claimName: {{ include "consent.name" . }} }
{{- end }}
{{- if include "consent.keepsKeys" . }}
- name: keys
  persistentVolumeClaim: { claimName: {{ include "consent.name" . }}-keys }
{{- end }}
{{- if $service.checkpoints }}
- name: checkpoints
  persistentVolumeClaim: { claimName: {{ include "consent.name" . }}-checkpoints }
{{- end }}
{{- if $root.Values.auth.development.enabled }}
{{- $secret := include "consent.name" (list $root "development-issuer") }}
{{- if eq $name "gateway" }}
- name: data
  secret: { secretName: {{ $secret }}, items: [{ key: signing-key.pem, path: keys/development-issuer/signing-key.pem }] }
{{- else if eq $name "host" }}
- name: development-issuer
  secret: { secretName: {{ $secret }} }
{{- end }}
{{- end }}
{{- include "consent.trust" (list $root) }}
{{- include "consent.databaseCertificates" . }}
{{- end -}}

{{/* And where each of them is mounted. */}}
{{- define "consent.mounts" -}}
{{- $root := index . 0 -}}
{{- $name := index . 1 -}}
{{- $service := index (include "consent.services" $root | fromJson) $name -}}
{{- $develops := $root.Values.auth.development.enabled -}}
- { name: tmp, mountPath: /tmp }
{{- if $service.storage }}
- { name: data, mountPath: /data }
{{- else if and $develops (eq $name "gateway") }}
- { name: data, mountPath: /data, readOnly: true }
{{- end }}
{{- if include "consent.keepsKeys" . }}
- { name: keys, mountPath: /data/keys }
{{- end }}
{{- if $service.checkpoints }}
- { name: checkpoints, mountPath: /checkpoints }
{{- end }}
{{- if and $develops (eq $name "host") }}
- { name: development-issuer, mountPath: /data/keys/development-issuer, readOnly: true }
{{- end }}
{{- include "consent.trust" (list $root "mounts") }}
{{- include "consent.databaseCertificates" (append . "mounts") }}
{{- end -}}

{{/* The certificate of a private authority: its volume, or with "mounts" second its mount. Takes (list $). */}}
{{- define "consent.trust" -}}
{{- with (index . 0).Values.trust.configMap }}
{{- if and .name (eq (len $) 2) }}
- { name: trust, mountPath: /trust, readOnly: true }
{{- else if .name }}
- name: trust
  configMap: { name: {{ .name }}, items: [{ key: {{ .key }}, path: {{ .key }} }] }
{{- end }}
{{- end }}
{{- end -}}

{{/* Where certificates are looked for, that one with them. */}}
{{- define "consent.trusted" }}/etc/ssl/certs:/trust{{ end -}}
