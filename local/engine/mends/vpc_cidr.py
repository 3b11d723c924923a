"""`GetAtt` CidrBlock of a VPC, which ministack's handler doesn't return.

CloudFormation Template Reference, AWS::EC2::VPC, 'Return values'.
"""

from __future__ import annotations

from typing import Any

from ministack.services import ec2
from ministack.services.cloudformation import provisioners

TYPE = "AWS::EC2::VPC"


def install() -> None:
    handlers = provisioners._RESOURCE_HANDLERS[TYPE]
    create = handlers["create"]

    def create_vpc(logical_id: str, properties: Any, stack: str) -> tuple[str, Any]:
        vpc, attributes = create(logical_id, properties, stack)
        return vpc, {**attributes, "CidrBlock": ec2._vpcs[vpc]["CidrBlock"]}

    handlers["create"] = create_vpc
