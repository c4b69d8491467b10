use shape::Optional;

use super::forms::{NullableBooleanType, SecurityGroupIds, SubnetIds, VpcId};

shape::structure! {
    pub struct VpcConfig {
        subnet_ids: Optional<SubnetIds> = "SubnetIds",
        security_group_ids: Optional<SecurityGroupIds> = "SecurityGroupIds",
        ipv6_allowed_for_dual_stack: Optional<NullableBooleanType> = "Ipv6AllowedForDualStack",
    }
}

shape::structure! {
    pub struct VpcConfigResponse {
        subnet_ids: Optional<SubnetIds> = "SubnetIds",
        security_group_ids: Optional<SecurityGroupIds> = "SecurityGroupIds",
        vpc_id: Optional<VpcId> = "VpcId",
        ipv6_allowed_for_dual_stack: Optional<NullableBooleanType> = "Ipv6AllowedForDualStack",
    }
}
