// A provider that has the schema of hashicorp/aws for some types and nothing else: enough for OpenTofu to validate a module and to
// test it with mocks. The schema is a JSON file that the variable PROVIDER_SCHEMA names; schema.mjs writes it.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tfprotov5/tf5server"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

type attribute struct {
	Type     json.RawMessage
	Required bool
	Computed bool
}

type block struct {
	Attributes map[string]attribute
	Blocks     map[string]block
}

type schemas struct {
	Resources   map[string]block
	DataSources map[string]block
}

func valueType(raw json.RawMessage) tftypes.Type {
	var name string
	if json.Unmarshal(raw, &name) == nil {
		return map[string]tftypes.Type{"bool": tftypes.Bool, "string": tftypes.String, "number": tftypes.Number}[name]
	}
	var collection []json.RawMessage
	if err := json.Unmarshal(raw, &collection); err != nil || len(collection) != 2 {
		panic(fmt.Sprintf("no type: %s", raw))
	}
	if string(collection[0]) == `"map"` {
		return tftypes.Map{ElementType: valueType(collection[1])}
	}
	return tftypes.List{ElementType: valueType(collection[1])}
}

func (b block) schema() *tfprotov5.SchemaBlock {
	result := &tfprotov5.SchemaBlock{}
	for name, a := range b.Attributes {
		result.Attributes = append(result.Attributes, &tfprotov5.SchemaAttribute{
			Name: name, Type: valueType(a.Type), Required: a.Required, Computed: a.Computed, Optional: !a.Required,
		})
	}
	for name, inner := range b.Blocks {
		result.BlockTypes = append(result.BlockTypes, &tfprotov5.SchemaNestedBlock{
			TypeName: name, Block: inner.schema(), Nesting: tfprotov5.SchemaNestedBlockNestingModeList,
		})
	}
	return result
}

func named(blocks map[string]block) map[string]*tfprotov5.Schema {
	result := map[string]*tfprotov5.Schema{}
	for name, b := range blocks {
		result[name] = &tfprotov5.Schema{Block: b.schema()}
	}
	return result
}

// Calls that the embedded interface would have to answer never come: mocks stand in for them.
type provider struct {
	tfprotov5.ProviderServer
	schemas schemas
}

func (p provider) GetMetadata(context.Context, *tfprotov5.GetMetadataRequest) (*tfprotov5.GetMetadataResponse, error) {
	response := &tfprotov5.GetMetadataResponse{ServerCapabilities: &tfprotov5.ServerCapabilities{}}
	for name := range p.schemas.Resources {
		response.Resources = append(response.Resources, tfprotov5.ResourceMetadata{TypeName: name})
	}
	for name := range p.schemas.DataSources {
		response.DataSources = append(response.DataSources, tfprotov5.DataSourceMetadata{TypeName: name})
	}
	return response, nil
}

func (p provider) GetProviderSchema(context.Context, *tfprotov5.GetProviderSchemaRequest) (*tfprotov5.GetProviderSchemaResponse, error) {
	settings := block{Attributes: map[string]attribute{"region": {Type: json.RawMessage(`"string"`)}}}
	return &tfprotov5.GetProviderSchemaResponse{
		Provider:          &tfprotov5.Schema{Block: settings.schema()},
		ResourceSchemas:   named(p.schemas.Resources),
		DataSourceSchemas: named(p.schemas.DataSources),
	}, nil
}

func (provider) PrepareProviderConfig(_ context.Context, request *tfprotov5.PrepareProviderConfigRequest) (*tfprotov5.PrepareProviderConfigResponse, error) {
	return &tfprotov5.PrepareProviderConfigResponse{PreparedConfig: request.Config}, nil
}

func (provider) ConfigureProvider(context.Context, *tfprotov5.ConfigureProviderRequest) (*tfprotov5.ConfigureProviderResponse, error) {
	return &tfprotov5.ConfigureProviderResponse{}, nil
}

func (provider) StopProvider(context.Context, *tfprotov5.StopProviderRequest) (*tfprotov5.StopProviderResponse, error) {
	return &tfprotov5.StopProviderResponse{}, nil
}

func (provider) GetFunctions(context.Context, *tfprotov5.GetFunctionsRequest) (*tfprotov5.GetFunctionsResponse, error) {
	return &tfprotov5.GetFunctionsResponse{}, nil
}

func (provider) ValidateResourceTypeConfig(context.Context, *tfprotov5.ValidateResourceTypeConfigRequest) (*tfprotov5.ValidateResourceTypeConfigResponse, error) {
	return &tfprotov5.ValidateResourceTypeConfigResponse{}, nil
}

func (provider) ValidateDataSourceConfig(context.Context, *tfprotov5.ValidateDataSourceConfigRequest) (*tfprotov5.ValidateDataSourceConfigResponse, error) {
	return &tfprotov5.ValidateDataSourceConfigResponse{}, nil
}

func (p provider) UpgradeResourceState(_ context.Context, request *tfprotov5.UpgradeResourceStateRequest) (*tfprotov5.UpgradeResourceStateResponse, error) {
	value, err := request.RawState.Unmarshal(named(p.schemas.Resources)[request.TypeName].ValueType())
	if err != nil {
		return nil, err
	}
	state, err := tfprotov5.NewDynamicValue(value.Type(), value)
	return &tfprotov5.UpgradeResourceStateResponse{UpgradedState: &state}, err
}

func main() {
	text, err := os.ReadFile(os.Getenv("PROVIDER_SCHEMA"))
	if err != nil {
		panic(err)
	}
	var read schemas
	if err := json.Unmarshal(text, &read); err != nil {
		panic(err)
	}
	if err := tf5server.Serve("hashicorp/aws", func() tfprotov5.ProviderServer {
		return provider{schemas: read}
	}); err != nil {
		panic(err)
	}
}
