package io.zokor.servlet.internal.registry;

import jakarta.servlet.HttpConstraintElement;
import jakarta.servlet.HttpMethodConstraintElement;
import jakarta.servlet.ServletSecurityElement;
import jakarta.servlet.annotation.ServletSecurity.EmptyRoleSemantic;
import jakarta.servlet.annotation.ServletSecurity.TransportGuarantee;

/**
 * What a servlet asks of its clients' requests (Servlet 6.1 section 13.4). The container knows no users - Spring Security does -
 * so a constraint fails closed: whatever asks for a role is refused, and whatever asks for confidentiality is refused without
 * TLS. Immutable.
 */
public final class SecurityConstraint {

    private final ServletSecurityElement element;

    public SecurityConstraint(ServletSecurityElement element) {
        this.element = element;
    }

    /** {@return whether a request that a client sent may reach the servlet} */
    public boolean permits(String method, boolean secure) {
        HttpConstraintElement rule = element;
        for (HttpMethodConstraintElement ofMethod : element.getHttpMethodConstraints()) {
            if (ofMethod.getMethodName().equals(method)) {
                rule = ofMethod;
            }
        }
        boolean everybody = rule.getRolesAllowed().length == 0
                && rule.getEmptyRoleSemantic() == EmptyRoleSemantic.PERMIT;
        return everybody && (secure || rule.getTransportGuarantee() == TransportGuarantee.NONE);
    }
}
