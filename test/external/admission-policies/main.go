// Answers admission requests by policies as a Kubernetes API server does, with the packages of the API server.
//
// It reads {"compatibility", "policies", "requests"} and prints, for each request, the Pod and what a policy refuses. A policy that the API server would
// refuse ends it.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/apimachinery/pkg/util/version"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/admission/plugin/cel"
	"k8s.io/apiserver/pkg/admission/plugin/policy/mutating/patch"
	"k8s.io/apiserver/pkg/admission/plugin/policy/validating"
	"k8s.io/apiserver/pkg/admission/plugin/webhook/matchconditions"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"k8s.io/apiserver/pkg/cel/environment"
)

type request struct {
	Pod, Before *corev1.Pod
	Subresource string
}

type answer struct {
	Pod     *corev1.Pod `json:"pod"`
	Refused string      `json:"refused,omitempty"`
}

// What the two kinds of policies have in common.
type policy struct {
	Kind     string
	Metadata metav1.ObjectMeta
	Spec     struct {
		FailurePolicy   *admissionv1.FailurePolicyType
		MatchConditions []admissionv1.MatchCondition
		Variables       []admissionv1.Variable
		Mutations       []admissionv1.Mutation
		Validations     []admissionv1.Validation
	}
}

type compiled struct {
	compiler  *cel.CompositedCompiler
	matcher   matchconditions.Matcher
	patchers  []patch.Patcher
	validator validating.Validator
}

var (
	declared = cel.OptionalVariableDeclarations{HasAuthorizer: true}
	pods     = schema.GroupVersionResource{Version: "v1", Resource: "pods"}
	podKind  = schema.GroupVersionKind{Version: "v1", Kind: "Pod"}
)

func main() {
	var input struct {
		Compatibility string
		Policies      []policy
		Requests      []request
	}
	must(json.NewDecoder(os.Stdin).Decode(&input))
	scheme := runtime.NewScheme()
	must(corev1.AddToScheme(scheme))
	var all []compiled
	for _, one := range input.Policies {
		ready, err := compile(one, version.MustParseGeneric(input.Compatibility))
		must(err)
		all = append(all, ready)
	}
	answers := make([]answer, len(input.Requests))
	for i, one := range input.Requests {
		result, err := admit(all, one, admission.NewObjectInterfacesFromScheme(scheme))
		must(err)
		answers[i] = result
	}
	must(json.NewEncoder(os.Stdout).Encode(answers))
}

func compile(one policy, compatibility *version.Version) (compiled, error) {
	compiler, err := cel.NewCompositedCompiler(environment.MustBaseEnvSet(compatibility))
	if err != nil {
		return compiled{}, err
	}
	var problems []error
	for _, variable := range one.Spec.Variables {
		stored := compiler.CompileAndStoreVariable(&validating.Variable{Name: variable.Name, Expression: variable.Expression}, declared, environment.NewExpressions)
		if stored.Error != nil {
			problems = append(problems, fmt.Errorf("variable %s: %w", variable.Name, stored.Error))
		}
	}
	conditions := func(accessors []cel.ExpressionAccessor) cel.ConditionEvaluator {
		evaluator := compiler.CompileCondition(accessors, declared, environment.NewExpressions)
		problems = append(problems, evaluator.CompilationErrors()...)
		return evaluator
	}
	var matching, expressions, messages []cel.ExpressionAccessor
	for i := range one.Spec.MatchConditions {
		matching = append(matching, (*matchconditions.MatchCondition)(&one.Spec.MatchConditions[i]))
	}
	for _, validation := range one.Spec.Validations {
		expressions = append(expressions, &validating.ValidationCondition{Expression: validation.Expression, Message: validation.Message})
		messages = append(messages, &validating.MessageExpressionCondition{MessageExpression: validation.MessageExpression})
	}
	ready := compiled{compiler: compiler}
	ready.matcher = matchconditions.NewMatcher(conditions(matching), one.Spec.FailurePolicy, "policy", "judge", one.Metadata.Name)
	if len(expressions) > 0 {
		ready.validator = validating.NewValidator(conditions(expressions), nil, conditions(nil), conditions(messages), one.Spec.FailurePolicy, nil)
	}
	patching := declared
	patching.HasPatchTypes = true
	for _, mutation := range one.Spec.Mutations {
		evaluator := compiler.CompileMutatingEvaluator(&patch.JSONPatchCondition{Expression: mutation.JSONPatch.Expression}, patching, environment.NewExpressions)
		problems = append(problems, evaluator.CompilationErrors()...)
		ready.patchers = append(ready.patchers, patch.NewJSONPatcher(evaluator))
	}
	return ready, errors.Join(problems...)
}

func admit(all []compiled, one request, interfaces admission.ObjectInterfaces) (answer, error) {
	operation, before := admission.Create, runtime.Object(nil)
	if one.Before != nil {
		operation, before = admission.Update, one.Before
	}
	attributes := admission.NewAttributesRecord(one.Pod, before, podKind, one.Pod.Namespace, one.Pod.Name, pods, one.Subresource, operation, nil, false, nil)
	versioned, err := admission.NewVersionedAttributes(attributes, podKind, interfaces)
	if err != nil {
		return answer{}, err
	}
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: one.Pod.Namespace}}
	for _, policy := range all {
		ctx := policy.compiler.CreateContext(context.Background())
		match := policy.matcher.Match(ctx, versioned, nil, nil)
		if match.Error != nil {
			return answer{}, match.Error
		}
		if !match.Matches {
			continue
		}
		for _, patcher := range policy.patchers {
			patched, err := patcher.Patch(ctx, patch.Request{
				MatchedResource: pods, VersionedAttributes: versioned, ObjectInterfaces: interfaces, Namespace: namespace,
				TypeConverter: managedfields.NewDeducedTypeConverter(),
			}, celconfig.RuntimeCELCostBudget)
			if err != nil {
				return answer{}, err
			}
			versioned.UpdateObject(patched)
		}
		if policy.validator == nil {
			continue
		}
		for _, decision := range policy.validator.Validate(ctx, pods, versioned, nil, namespace, celconfig.RuntimeCELCostBudget, nil).Decisions {
			if decision.Evaluation == validating.EvalError {
				return answer{}, errors.New(decision.Message)
			}
			if decision.Action == validating.ActionDeny {
				return answer{Pod: one.Pod, Refused: decision.Message}, nil
			}
		}
	}
	return answer{Pod: versioned.VersionedObject.Object().(*corev1.Pod)}, nil
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
